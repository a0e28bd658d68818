"""Builds the published view from contracts, mappings and copies of the data."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import duckdb

from bluelamp.core.contracts import Contract
from bluelamp.workloads.quality import Outcome, QualityRun, SourceTable, execute, open_database, sql
from bluelamp.workloads.single_view.link import Linked, Measured, link, measure
from bluelamp.workloads.single_view.mapping import TableMapping
from bluelamp.workloads.single_view.stage import Staged, prepare, stage
from bluelamp.workloads.single_view.view import Published, as_json, publish

Truth = Mapping[str, Sequence[tuple[str, str]]]
"""By entity type: pairs of a record's key and its true identity."""


@dataclass(frozen=True, slots=True)
class Built:
    """The result of building a view; `published` is None if a contract prevented publication."""

    quality: QualityRun
    staged: tuple[Staged, ...]
    linked: tuple[Linked, ...]
    measured: tuple[Measured, ...]
    blocked: Mapping[str, tuple[str, ...]]
    """The reasons by source that prevent publication."""
    published: Published | None


def build(
    contracts: Iterable[Contract],
    mappings: Sequence[TableMapping],
    data: Path,
    target: Path,
    *,
    subject: str,
    as_of: date | None = None,
    truth: Truth | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Built:
    """Executes the contracts, and publishes the view into the folder `target` if those of all mapped sources hold.

    After a failed contract or an interrupted run, the last view is kept.
    """
    contracts = tuple(contracts)
    connection = open_database()
    try:
        prepare(connection, mappings)
        wanted = {(each.asset, each.table): each for each in mappings}
        staged: list[Staged] = []

        def keep(_: Contract, source: duckdb.DuckDBPyConnection, tables: Sequence[SourceTable]) -> None:
            for table in tables:
                mapping = wanted.get((table.asset, table.table))
                if mapping is not None and not table.problems:
                    _copy(source, connection, table)
                    staged.append(stage(connection, mapping, table))
                    connection.execute(f"DROP TABLE {sql.name(table.name)}")

        progress("executing contracts")
        quality = execute(contracts, data, subject=subject, as_of=as_of, keep=keep)
        blocked = _blocked(quality, mappings, {each.asset: each.properties.lineage for each in contracts})
        if blocked:
            return Built(quality, tuple(staged), (), (), blocked, None)
        linked, measured = [], []
        models = {each.type: each.link for mapping in mappings for each in mapping.entities if each.link}
        for type_, model in models.items():
            progress(f"linking {model}")
            linked.append(link(connection, type_, model))
            if truth and type_ in truth:
                measured.append(measure(connection, type_, truth[type_]))
        progress("publishing the view")
        summary = {
            "subject": subject,
            "asOf": quality.as_of.isoformat(),
            "ended": quality.ended.isoformat(),
            "sources": as_json(staged),
            "linked": [asdict(each) for each in linked],
            "monthsUnknown": {
                f"{asset.asset}.{each.check.table}": [month.month for month in each.months if month.rows is None]
                for asset in quality.assets
                for each in asset.results
                if each.months
            },
        }
        published = publish(connection, target, mappings, staged, summary)
    finally:
        connection.close()
    return Built(quality, tuple(staged), tuple(linked), tuple(measured), {}, published)


def _copy(source: duckdb.DuckDBPyConnection, target: duckdb.DuckDBPyConnection, table: SourceTable) -> None:
    """Copies the checked table, as reading the files again could give other rows."""
    rows = source.sql(f"SELECT * FROM {sql.name(table.name)}").to_arrow_reader(100_000)
    target.register("incoming", rows)
    target.execute(f"CREATE TABLE {sql.name(table.name)} AS SELECT * FROM incoming")
    target.unregister("incoming")


def _blocked(
    quality: QualityRun, mappings: Sequence[TableMapping], lineage: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """The mapped sources that cannot be published, with the reasons, including those of their own sources."""
    stopped = quality.blocked_by(lineage)
    by_asset = {each.asset: each for each in quality.assets}
    found: dict[str, tuple[str, ...]] = {}
    for asset in sorted({each.asset for each in mappings}):
        result = by_asset.get(asset)
        if result is None:
            found[asset] = ("its contract was not executed",)
        elif not result.publishable:
            reasons = [f"{each.where}: {each.message}" for each in result.problems] or [
                f"{each.check.title}: {'fails' if each.outcome is Outcome.FAIL else 'not run'}: {each.reason}"
                for each in result.results
                if each.stops_publication
            ]
            found[asset] = tuple(reasons or ("nothing of its contract could be judged",))
        elif asset in stopped:
            found[asset] = tuple(f"it is derived from {each}, which is not fit to publish" for each in stopped[asset])
    return found
