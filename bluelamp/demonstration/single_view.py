"""`python -m bluelamp.demonstration.single_view`: contracts, linking, view, forecast and pages on published and
generated data.

Everything is written under `.bluelamp/single-view/` of the project: `data/` (copies of the sources), `view/` (the
published view), `patterns/` (forecast, evaluation and model card) and `report/` (the pages).
"""

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from bluelamp.cli.screen import Screen, escape
from bluelamp.core.contracts import Contract, read_folder
from bluelamp.core.files import replace
from bluelamp.core.problems import SettingsError
from bluelamp.demonstration.facts import Facts, MonthFacts
from bluelamp.demonstration.fetch import fetch
from bluelamp.errors import BluelampError, Status
from bluelamp.folders import project
from bluelamp.workloads import patterns
from bluelamp.workloads import single_view as package
from bluelamp.workloads.quality import History
from bluelamp.workloads.quality.history import FILE as HISTORY
from bluelamp.workloads.single_view import Built, build, open_view, people, read_mappings

SUBJECT: Final = "demonstration"
AS_OF: Final = date(2018, 8, 31)
"""A month after the newest file, as in the publisher's schedule."""
RECORDS: Final = 30_000
FORCE: Final = "West Yorkshire"
FOLDER: Final = ".bluelamp/single-view"
ATTRIBUTION: Final = "Crime data: data.police.uk, Open Government Licence v3.0."


def main() -> int:
    """Runs the demonstration; returns the exit status."""
    screen, root = Screen(), project()
    try:
        return run(screen, root, records=RECORDS)
    except BluelampError as error:
        screen.error(error.message, error.next_step)
        return error.status
    except SettingsError as error:
        for problem in error.problems:
            screen.error(problem)
        return Status.WRONG_USE


def run(screen: Screen, root: Path, *, records: int) -> int:
    """Fetches, builds, prints and writes the pages under `root`."""
    start = perf_counter()
    folder = root / FOLDER
    demo = Path(package.__file__).parent / "demo"
    register = read_folder(demo / "contracts", demo.parent)
    # Derived assets are published by this run, so they have no copy to check yet.
    contracts = [each for each in register if not each.properties.lineage]
    mappings = read_mappings(demo / "mappings", demo.parent, contracts)
    screen.say("fetching published data, once")
    fetch(folder / "data")
    truth = people.generate(folder / "data", records)
    known = {
        "person": [(_key("person", each), str(each.person)) for each in truth],
        "address": [(_key("address", each), each.address) for each in truth if each.address],
    }
    built = build(
        contracts,
        mappings,
        folder / "data",
        folder / "view",
        subject=SUBJECT,
        as_of=AS_OF,
        truth=known,
        progress=lambda what: screen.say(f"{what}, {perf_counter() - start:.0f} s"),
    )
    history = History(root / ".bluelamp" / HISTORY)
    history.keep(built.quality)
    facts = read_facts(folder / "view") if built.published else None
    _show(screen, built, facts)
    found = None
    if built.published:
        screen.say(f"forecasting demand, {perf_counter() - start:.0f} s")
        found = patterns.run(folder / "view", force=FORCE)
        _show_patterns(screen, found, published=patterns.publish(found, folder / "patterns"))
    _pages(folder / "report", built, facts, history, found, register)
    screen.say(
        f"view: {escape(FOLDER)}/view; pages: {escape(FOLDER)}/report/index.html; {perf_counter() - start:.0f} s"
    )
    return Status.DONE if built.published else Status.RULES_BROKEN


def _key(type_: str, each: people.Truth) -> str:
    return f"{type_}:{each.system}:people.csv:{int(each.record[1:])}"


def read_facts(view: Path) -> Facts:
    """Facts about the crime data in the view in the folder `view`."""
    with open_view(view) as connection:

        def ask(query: str) -> list[tuple[Any, ...]]:
            return connection.execute(query).fetchall()

        months = ask(
            "WITH alike AS (SELECT * EXCLUDE (entity, sources), count(*) AS n FROM crime WHERE crime_id IS NULL "
            "GROUP BY ALL), again AS (SELECT month, sum(n - 1) AS n FROM alike GROUP BY month) "
            "SELECT month, sum(len(crime.sources)), count(*) FILTER (WHERE crime_id IS NULL), "
            "count(*) FILTER (WHERE longitude IS NULL), any_value(again.n), "
            "count(*) FILTER (WHERE lsoa IS NOT NULL AND coalesce(areas.force, '') <> $force) "
            "FROM crime LEFT JOIN lsoa AS areas ON crime.lsoa = areas.code LEFT JOIN again USING (month) "
            "GROUP BY month ORDER BY month".replace("$force", f"'{FORCE}'")
        )
        [(types, areas, outside, repeated, other, west, east)] = ask(
            "SELECT count(DISTINCT category), count(DISTINCT crime.lsoa), "
            f"count(DISTINCT crime.lsoa) FILTER (WHERE coalesce(areas.force, '') <> '{FORCE}'), "
            "count(*) FILTER (WHERE len(crime.sources) > 1), "
            "count(*) FILTER (WHERE crime_id IS NULL AND category <> 'Anti-social behaviour'), "
            "min(longitude), max(longitude) FROM crime LEFT JOIN lsoa AS areas ON crime.lsoa = areas.code"
        )
        [(points,)] = ask("SELECT count(*) FROM (SELECT DISTINCT longitude, latitude FROM map_point)")
        kinds = ask("SELECT category, month, count(*) FROM crime GROUP BY ALL ORDER BY ALL")
    names = [str(row[0]) for row in months]
    by_type: dict[str, dict[str, int]] = {}
    for kind, month, count in kinds:
        by_type.setdefault(str(kind), {})[str(month)] = int(count)
    rows = sorted(by_type.items(), key=lambda pair: -sum(pair[1].values()))
    return Facts(
        tuple(MonthFacts(str(row[0]), *(int(each or 0) for each in row[1:])) for row in months),
        types,
        areas,
        outside,
        points,
        repeated,
        other,
        tuple((kind, tuple(found.get(each, 0) for each in names)) for kind, found in rows),
        west,
        east,
    )


def _show(screen: Screen, built: Built, facts: Facts | None) -> None:
    if facts is not None:
        headings = ("month", "rows", "no Crime ID", "no location", "repeated ASB rows", "outside the force")
        rows = [
            (
                each.month,
                f"{each.rows:,}",
                f"{each.without_id:,}",
                f"{each.without_location:,}",
                f"{each.repeated:,}",
                f"{each.outside:,}",
            )
            for each in facts.months
        ]
        screen.columns(headings, rows)
        screen.show(
            f"{facts.areas_outside} of {facts.areas:,} areas are outside {FORCE}; {facts.types} types of crime; "
            f"{facts.points:,} map points; longitude {facts.west:.2f} to {facts.east:.2f}",
            f"rows without a Crime ID that are not anti-social behaviour: {facts.other_without_id}; "
            f"Crime IDs of more than one row: {facts.repeated_ids}",
            "repeated rows have no ID: they may be one incident or several, so all are kept",
        )
    for measured in built.measured:
        screen.show(
            f"linking {escape(measured.type)}: blocking recall {measured.blocking_recall:.3f}, precision "
            f"{measured.precision:.4f}, recall {measured.recall:.3f} ({measured.true_pairs:,} true pairs)"
        )
    for staged in built.staged:
        unmapped = f"; unmapped: {', '.join(staged.unmapped)}" if staged.unmapped else ""
        screen.show(
            f"{escape(staged.asset)}: {staged.rows:,} rows, {staged.staged:,} in the view, "
            f"{staged.quarantined + staged.rejected:,} in quarantine{escape(unmapped)}"
        )
    if built.published:
        told = ", ".join(f"{count:,} {kind}" for kind, count in built.published.entities.items())
        screen.show(f"published: {escape(told)}")
    for asset, reasons in built.blocked.items():
        screen.show(f"[red]not published[/red] because of {escape(asset)}:", *(f"  {escape(each)}" for each in reasons))


def _show_patterns(screen: Screen, found: patterns.Patterns, *, published: bool) -> None:
    account = found.account
    screen.show(
        f"demand: {account.events:,} incidents, {account.used:,} used, "
        f"{account.without_location:,} without a location, {account.outside:,} outside the force"
    )
    for each in found.results:
        held = "".join(f"; {one.level:.0%} interval holds {one.observed:.1%}" for one in each.backtest.coverage)
        screen.show(f"forecast by {each.demand.geography}: {escape(each.backtest.verdict)}{held}")
        if each.forecast is not None:
            wide = each.forecast.interval_of(each.demand.types)[-1]
            screen.show(
                f"  {each.forecast.month}: {each.forecast.total():,.0f} expected, "
                f"{wide.level:.0%} interval {wide.low:,} to {wide.high:,}"
            )
    if not published:
        screen.show("[red]the forecast is not published[/red]")
    unjudged = [each for each in found.anomalies if each.reason]
    for reason in dict.fromkeys(each.reason for each in unjudged):
        screen.show(f"breaks: not run: {escape(reason)}")
    for series in found.anomalies:
        for one in series.breaks:
            screen.show(f"break: {escape(series.name)}, {one.direction} from {one.began}")


def _pages(
    folder: Path,
    built: Built,
    facts: Facts | None,
    history: History,
    found: patterns.Patterns | None,
    register: Sequence[Contract],
) -> None:
    from bluelamp.assets import lineage
    from bluelamp.render import inline
    from bluelamp.reports import patterns as patterns_page
    from bluelamp.reports import quality, single_view

    past = history.past(SUBJECT)
    drawn = inline.inlined(lineage.drawn(SUBJECT.capitalize(), register))
    section = single_view.Section("lineage", "Lineage", "lineage.html.j2", drawn, inline.style())
    replace(folder / "quality.html", quality.to_html(built.quality, past, built.blocked, beside="index.html"))
    if found is not None:
        page = patterns_page.to_html(found, subject=FORCE, beside="index.html", source=ATTRIBUTION)
        replace(folder / "patterns.html", page)
    forecast = "patterns.html" if found is not None else ""
    index = single_view.to_html(built, facts, beside="quality.html", forecast=forecast, sections=[section])
    replace(folder / "index.html", index)


if __name__ == "__main__":
    sys.exit(main())
