"""`bluelamp cost --refresh`."""

from pathlib import Path

from bluelamp.cli.screen import Screen, escape
from bluelamp.cost.difference import signed
from bluelamp.cost.refresh import Refreshed
from bluelamp.cost.refresh import refresh as fetch
from bluelamp.cost.retail import Service
from bluelamp.pricing.snapshot import FILE, Price
from bluelamp.reports.words import some


def refresh(screen: Screen, root: Path) -> None:
    """Fetches prices and shows the changes. Raises the errors of the fetch, which leaves the snapshot unchanged."""
    service = Service.of_environment()
    with screen.working("fetching prices"):
        done = fetch(root, service)
    for was, now in done.changed:
        screen.show(f"{escape(now.key)}: £{was.gbp:f} -> £{now.gbp:f} for each {escape(now.unit)}{_by(was, now)}")
    for each in done.added:
        screen.show(f"[green]new[/green] {escape(each.key)}: £{each.gbp:f} for each {escape(each.unit)}")
    if done.missing:
        screen.warn(f"{some(len(done.missing), 'price')} not found: {', '.join(done.missing)}; they stay as they were")
    total = len(done.changed) + done.same + len(done.added)
    screen.show(f"{some(total, 'price')} written to {FILE}: {len(done.changed)} changed, {len(done.added)} new")
    screen.give(_json(done))


def _by(was: Price, now: Price) -> str:
    return f" ({signed(now.gbp - was.gbp)})" if abs(now.gbp - was.gbp) >= 1 else ""


def _json(done: Refreshed) -> dict[str, object]:
    changed = [
        {"key": now.key, "unit": now.unit, "before": f"{was.gbp:f}", "after": f"{now.gbp:f}"}
        for was, now in done.changed
    ]
    added = [{"key": each.key, "unit": each.unit, "before": None, "after": f"{each.gbp:f}"} for each in done.added]
    return {
        "currency": "GBP",
        "by": None,
        "against": None,
        "total": None,
        "groups": [],
        "forces": [],
        "refreshed": {"file": FILE, "changed": [*changed, *added], "same": done.same, "missing": list(done.missing)},
    }
