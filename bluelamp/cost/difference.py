"""The cost of a change: the difference between two costs of a force."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from bluelamp.pricing.model import Costs, Kind, Line, total


class CostChange(StrEnum):
    """Why a resource's cost changes."""

    CREATED = "created"
    DELETED = "deleted"
    RESIZED = "resized"
    """The resource exists before and after at different costs, including by a different share of an allowance."""


@dataclass(frozen=True, slots=True)
class Change:
    """One resource whose cost changes, in GBP a month. `line` is one of its lines, for its name and owner."""

    what: CostChange
    line: Line
    before: Decimal
    after: Decimal

    @property
    def amount(self) -> Decimal:
        """The increase a month; negative for a saving."""
        return self.after - self.before


@dataclass(frozen=True)
class Difference:
    """Two costs of a force, and the resources whose cost differs, the greatest change first."""

    before: Costs
    after: Costs
    changes: tuple[Change, ...]

    @property
    def total(self) -> Decimal:
        """The increase a month: exactly the difference of the two total costs."""
        return self.after.total - self.before.total


def difference(before: Costs, after: Costs) -> Difference:
    """The difference. The changes' amounts add up to the difference of the two totals, to the penny."""
    old, new = _by_urn(before), _by_urn(after)
    changes = []
    for urn in dict.fromkeys([*old, *new]):
        was, now = old.get(urn, ()), new.get(urn, ())
        before_amount, after_amount = total(was), total(now)
        if not was:
            what = CostChange.CREATED
        elif not now:
            what = CostChange.DELETED
        else:
            what = CostChange.RESIZED
        lines = now or was
        free = all(line.kind is Kind.FREE for line in (*was, *now))
        if before_amount != after_amount or (what is not CostChange.RESIZED and not free):
            changes.append(Change(what, lines[0], before_amount, after_amount))
    changes.sort(key=lambda each: (-abs(each.amount), each.line.urn))
    return Difference(before, after, tuple(changes))


def nothing(costs: Costs) -> Costs:
    """The zero cost of a force that does not exist, for comparison with `costs`."""
    return replace(costs, lines=(), notes=())


def signed(amount: Decimal) -> str:
    """An amount as a change: `+£12.34`, `-£5.00`, `£0.00`."""
    sign = "+" if amount > 0 else "-" if amount < 0 else ""
    return f"{sign}£{abs(amount):,.2f}"


def pounds(amount: Decimal) -> str:
    """An amount: `£1,234.00`."""
    return f"{'-' if amount < 0 else ''}£{abs(amount):,.2f}"


def change_line(changed: Difference) -> str:
    """The difference in one line: `+£12.34 a month (£1,234.00 -> £1,246.34)`."""
    return f"{signed(changed.total)} a month ({pounds(changed.before.total)} -> {pounds(changed.after.total)})"


def _by_urn(costs: Costs) -> Mapping[str, tuple[Line, ...]]:
    found: dict[str, list[Line]] = {}
    for line in costs.lines:
        found.setdefault(line.urn, []).append(line)
    return {urn: tuple(lines) for urn, lines in found.items()}
