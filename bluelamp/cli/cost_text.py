"""The result of `bluelamp cost` as text and as JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from bluelamp.cli.screen import Screen, escape
from bluelamp.cost.difference import Difference, change_line, difference, nothing, pounds, signed
from bluelamp.pricing.model import By, Costs, Coverage, Kind, Line, group_of, grouped, total
from bluelamp.pricing.snapshot import STALE_DAYS
from bluelamp.reports.words import some

if TYPE_CHECKING:
    from bluelamp.cost.fleet import Both

_UNPRICED: Final = 20
"""The number of unpriced resources shown; the JSON document lists all."""


@dataclass(frozen=True)
class Shown:
    """The output's content: the costs, the grouping, and the revision to compare with."""

    found: Sequence["Both"]
    by: By
    against: str | None = None


def show(screen: Screen, shown: Shown) -> None:
    """Shows the costs, or the differences from a revision."""
    if screen.json:
        return
    if shown.against is None:
        if not screen.quiet:
            _groups(screen, shown)
            _unpriced(screen, shown.found)
        _prices(screen, shown.found)
        for each in shown.found:
            screen.show(_answer(each.now))
        if len(shown.found) > 1:
            amount = total(line for each in shown.found for line in each.now.lines)
            screen.show(f"[bold]{some(len(shown.found), 'force')}[/bold]: {pounds(amount)} a month")
        return
    for each in shown.found:
        _difference(screen, each, shown)


def _groups(screen: Screen, shown: Shown) -> None:
    lines = tuple(line for each in shown.found for line in each.now.lines)
    names = {line.urn: line.name for line in lines}
    many = len(shown.found) > 1
    rows = []
    for group, amount in sorted(grouped(lines, shown.by).items(), key=lambda item: (-item[1], item[0])):
        own = tuple(line for line in lines if group_of(line, shown.by) == group)
        if not any(line.kind is not Kind.FREE for line in own):
            continue
        name = names[group] if shown.by is By.RESOURCE else group
        if many and shown.by is By.RESOURCE:
            name = f"{own[0].owner.force}: {name}"
        fixed, used = (total(line for line in own if line.kind is kind) for kind in (Kind.FIXED, Kind.USAGE))
        unpriced = len({line.urn for line in own if line.kind is Kind.UNPRICED})
        rows.append((name, f"{fixed:,.2f}", f"{used:,.2f}", f"{amount:,.2f}", str(unpriced or "")))
    screen.columns((str(shown.by), "fixed £", "by use £", "£ a month", "unpriced"), rows)
    screen.show("")


def _unpriced(screen: Screen, found: Sequence["Both"]) -> None:
    lines = [(each.now.stack, line) for each in found for line in each.now.unpriced]
    for stack, line in lines[:_UNPRICED]:
        name = f"{stack}: {line.name}" if len(found) > 1 else line.name
        screen.show(f"[yellow]unpriced[/yellow] {escape(name)} ({escape(line.what)}): {escape(line.basis)}")
    if len(lines) > _UNPRICED:
        screen.show(f"[yellow]unpriced[/yellow] and {len(lines) - _UNPRICED} more; --format json has all")


def _prices(screen: Screen, found: Sequence["Both"]) -> None:
    """Notes on the prices: those that are old, and those of another region."""
    lines = [line for each in found for line in each.now.lines if line.dated is not None]
    stale = {line.meter: line.dated for line in lines if line.stale and line.dated}
    other_regions = {line.meter for line in lines if line.elsewhere}
    if stale:
        oldest = min(stale.values())
        screen.warn(
            f"{some(len(stale), 'price')} of {len({line.meter for line in lines})} are older than {STALE_DAYS} days, "
            f"the oldest of {oldest}; refresh them with `bluelamp cost --refresh`"
        )
    if other_regions:
        screen.say(f"[dim]{some(len(other_regions), 'price')} are of another region than the resource[/dim]")


def _answer(costs: Costs) -> str:
    coverage = costs.coverage
    parts = [f"{pounds(costs.of(Kind.FIXED))} fixed", f"{pounds(costs.of(Kind.USAGE))} by use"]
    share = f"{coverage.fixed + coverage.usage} of {some(coverage.chargeable, 'chargeable resource')} priced"
    return (
        f"[bold]{escape(costs.stack)}[/bold]: {pounds(costs.total)} a month ({', '.join(parts)}); "
        f"{share} ({coverage.share:.1%})"
    )


def of_revision(each: "Both") -> Difference:
    """Changes since the revision; for a force that it lacks, everything is new."""
    return difference(each.before or nothing(each.now), each.now)


def _difference(screen: Screen, each: "Both", shown: Shown) -> None:
    changed = of_revision(each)
    if not screen.quiet and changed.changes:
        rows = [
            (
                change.what,
                change.line.name,
                change.line.type,
                f"{change.before:,.2f}",
                f"{change.after:,.2f}",
                signed(change.amount),
            )
            for change in changed.changes
        ]
        screen.columns(("what", "resource", "type", "before £", "after £", "a month"), rows)
        screen.show("")
    screen.show(f"[bold]{escape(each.now.stack)}[/bold]: {change_line(changed)} since {escape(shown.against or '')}")


def as_json(found: Sequence["Both"], by: By, against: str | None) -> dict[str, Any]:
    """The result for JSON. Amounts are text with two decimals, in GBP without VAT, as JSON's numbers are not exact."""
    lines = tuple(line for each in found for line in each.now.lines)
    return {
        "currency": "GBP",
        "by": str(by),
        "against": against,
        "total": _amount(total(lines)),
        "groups": [{"group": group, "monthly": _amount(amount)} for group, amount in grouped(lines, by).items()],
        "forces": [_force(each, against) for each in found],
        "refreshed": None,
    }


def _force(each: "Both", against: str | None) -> dict[str, Any]:
    costs = each.now
    return {
        "force": costs.stack,
        "day": costs.day.isoformat(),
        "total": _amount(costs.total),
        "fixed": _amount(costs.of(Kind.FIXED)),
        "usage": _amount(costs.of(Kind.USAGE)),
        "coverage": _coverage(costs.coverage),
        "lines": [_line(line) for line in costs.lines if line.kind is not Kind.FREE],
        "difference": _changed(of_revision(each)) if against is not None else None,
    }


def _coverage(coverage: Coverage) -> dict[str, Any]:
    return {
        "fixed": coverage.fixed,
        "usage": coverage.usage,
        "free": coverage.free,
        "unpriced": coverage.unpriced,
        "share": float(round(coverage.share, 4)),
    }


def _line(line: Line) -> dict[str, Any]:
    owner = line.owner
    return {
        "urn": line.urn,
        "type": line.type,
        "name": line.name,
        "force": owner.force,
        "environment": owner.environment,
        "component": owner.component,
        "module": owner.module,
        "milestone": owner.milestone,
        "spend": str(owner.spend),
        "what": line.what,
        "kind": str(line.kind),
        "meter": line.meter,
        "quantity": f"{line.quantity:f}",
        "unit": line.unit,
        "unitPrice": f"{line.unit_price:f}",
        "monthly": _amount(line.monthly),
        "basis": line.basis,
        "source": line.source,
        "dated": line.dated.isoformat() if line.dated else None,
        "stale": line.stale,
        "elsewhere": line.elsewhere,
    }


def _changed(changed: Difference) -> dict[str, Any]:
    return {
        "before": _amount(changed.before.total),
        "after": _amount(changed.after.total),
        "amount": _amount(changed.total),
        "changes": [
            {
                "what": str(each.what),
                "urn": each.line.urn,
                "type": each.line.type,
                "name": each.line.name,
                "before": _amount(each.before),
                "after": _amount(each.after),
                "amount": _amount(each.amount),
            }
            for each in changed.changes
        ],
    }


def _amount(amount: Decimal) -> str:
    return f"{amount:.2f}"
