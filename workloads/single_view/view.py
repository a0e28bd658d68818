"""The published view: a folder with a DuckDB file and the same tables as Parquet, replaced as a whole.

In the DuckDB file (`FILE`):

- a table per entity type, such as `crime` or `person`: `entity`, its attributes, and `sources`, the list of its source
  rows (`asset`, `table`, `file`, `row`);
- `single_view`: every entity with `kind`, `type`, its attributes as a map of text, and `sources`;
- `provenance`: `single_view` by source row;
- `related`: entities of the same source row, such as a crime and its map point;
- `quarantine`: rejected rows, with the reasons;
- `links`: the entity of each linked record.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

import duckdb

from bluelamp.core.folders import Owned, files_in, replace_folder
from bluelamp.workloads.quality import sql
from bluelamp.workloads.quality.sources import open_database
from bluelamp.workloads.single_view.mapping import TableMapping
from bluelamp.workloads.single_view.stage import QUARANTINE, Staged, staging, types_of

FILE: Final = "single_view.duckdb"
SUMMARY: Final = "single_view.json"
_OURS: Final = (".duckdb", ".parquet", ".json", ".wal")
_SOURCE: Final = "{'asset': asset, 'table': \"table\", 'file': file, 'row': \"row\"}"


class LostRowsError(RuntimeError):
    """The view does not contain every staged row, which is a bug. Nothing is published."""


@dataclass(frozen=True, slots=True)
class Published:
    """The content of a published view."""

    folder: Path
    entities: Mapping[str, int]
    """By type."""
    rows: Mapping[str, int]
    """The number of source rows of entities, by type."""
    quarantined: int


def publish(
    connection: duckdb.DuckDBPyConnection,
    target: Path,
    mappings: Sequence[TableMapping],
    staged: Sequence[Staged],
    summary: Mapping[str, Any],
) -> Published:
    """Builds the view from the staged rows and replaces the last one atomically.

    Raises `LostRowsError`, or `OSError` if it cannot be written; the last view is then kept.
    """
    found: list[Published] = []

    def fill(folder: Path) -> None:
        found.append(_write(connection, folder, mappings, staged))
        content = {**summary, "entities": found[0].entities, "quarantined": found[0].quarantined}
        (folder / SUMMARY).write_text(json.dumps(content, indent=2, default=str) + "\n", encoding="utf-8")

    replace_folder(target, fill, _owned, last=SUMMARY)
    written = found[0]
    return Published(target, written.entities, written.rows, written.quarantined)


@contextmanager
def open_view(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published view in `folder`, read-only. Raises `FileNotFoundError` if nothing was published."""
    file = folder / FILE
    if not file.is_file():
        raise FileNotFoundError(str(file))
    connection = duckdb.connect(str(file), read_only=True)
    try:
        yield connection
    finally:
        connection.close()


def _owned(folder: Path) -> Owned:
    ours = [path for path in files_in(folder) if path.suffix in _OURS and len(path.parts) == 1]
    return Owned(stale=ours, replaceable=[*ours, PurePosixPath(SUMMARY)])


def _write(
    connection: duckdb.DuckDBPyConnection, folder: Path, mappings: Sequence[TableMapping], staged: Sequence[Staged]
) -> Published:
    kinds = {entity.type: entity.kind for mapping in mappings for entity in mapping.entities}
    file = folder / FILE
    connection.execute(f"ATTACH {sql.text(str(file))} AS published")
    try:
        for type_, columns in types_of(mappings).items():
            attributes = ", ".join(f"min_by({sql.name(each)}, number) AS {sql.name(each)}" for each in columns)
            numbered = (
                f'(SELECT *, row_number() OVER (ORDER BY asset, file, "row") AS number FROM {sql.name(staging(type_))})'
            )
            connection.execute(
                f"CREATE TABLE published.{sql.name(type_)} AS SELECT key AS entity, {attributes}, "
                f"list({_SOURCE} ORDER BY number) AS sources FROM {numbered} GROUP BY key ORDER BY min(number)"
            )
        connection.execute(f"CREATE TABLE published.{QUARANTINE} AS SELECT * FROM {QUARANTINE}")
        _links(connection, mappings)
    finally:
        connection.execute("DETACH published")
    return _complete(folder, kinds, types_of(mappings), staged)


def _links(connection: duckdb.DuckDBPyConnection, mappings: Sequence[TableMapping]) -> None:
    linked = sorted({entity.type for mapping in mappings for entity in mapping.entities if entity.link})
    parts = [f"SELECT {sql.text(each)} AS type, record, entity FROM {sql.name('record_' + each)}" for each in linked]
    query = " UNION ALL ".join(parts) or "SELECT '' AS type, '' AS record, '' AS entity LIMIT 0"
    connection.execute(f"CREATE TABLE published.links AS {query}")


def _complete(
    folder: Path, kinds: Mapping[str, str], types: Mapping[str, Mapping[str, str]], staged: Sequence[Staged]
) -> Published:
    """Creates the views, checks that no row is lost, and writes the Parquet files."""
    connection = open_database(folder / FILE)
    try:
        parts = []
        for type_, columns in types.items():
            names = ", ".join(sql.text(each) for each in columns)
            values = ", ".join(f"CAST({sql.name(each)} AS VARCHAR)" for each in columns)
            attributes = (
                f"map_from_entries(list_filter(map_entries(map([{names}], [{values}])), "
                "lambda each : each.value IS NOT NULL))"
            )
            parts.append(
                f"SELECT entity, {sql.text(kinds[type_])} AS kind, {sql.text(type_)} AS type, "
                f"{attributes} AS attributes, sources FROM {sql.name(type_)}"
            )
        connection.execute(f"CREATE VIEW single_view AS {' UNION ALL '.join(parts)}")
        connection.execute(
            'CREATE VIEW provenance AS SELECT entity, kind, type, source.asset AS asset, source."table" AS "table", '
            'source.file AS file, source."row" AS "row" FROM (SELECT entity, kind, type, unnest(sources) AS source '
            "FROM single_view)"
        )
        connection.execute(
            "CREATE VIEW related AS SELECT DISTINCT one.entity AS entity, one.type AS type, other.entity AS related, "
            'other.type AS related_type FROM provenance AS one JOIN provenance AS other USING (asset, "table", file, '
            '"row") WHERE one.type < other.type'
        )
        entities, rows = _reconcile(connection, types, staged)
        for name in (*types, "single_view", QUARANTINE, "links"):
            path = folder / f"{name}.parquet"
            connection.execute(f"COPY (SELECT * FROM {sql.name(name)}) TO {sql.text(str(path))} (FORMAT parquet)")
        quarantined = int(connection.execute(f"SELECT count(*) FROM {QUARANTINE}").fetchall()[0][0])
        connection.execute("CHECKPOINT")
    finally:
        connection.close()
    if quarantined != (expected := sum(each.quarantined + each.rejected for each in staged)):
        raise LostRowsError(f"quarantine holds {quarantined:,} rows, and {expected:,} were put into it")
    return Published(folder, entities, rows, quarantined)


def _reconcile(
    connection: duckdb.DuckDBPyConnection, types: Mapping[str, Mapping[str, str]], staged: Sequence[Staged]
) -> tuple[dict[str, int], dict[str, int]]:
    """The number of entities and of source rows by type. Raises `LostRowsError` if they differ from the staged rows."""
    entities, rows = {}, {}
    for type_ in types:
        query = f"SELECT count(*), COALESCE(sum(len(sources)), 0) FROM {sql.name(type_)}"
        count, sources = connection.execute(query).fetchall()[0]
        entities[type_], rows[type_] = int(count), int(sources)
        if rows[type_] != (expected := sum(each.entities.get(type_, 0) for each in staged)):
            raise LostRowsError(f"{type_} is made of {rows[type_]:,} source rows, and {expected:,} were staged")
    for each in staged:
        if each.rows != each.rejected + each.quarantined + each.staged:
            raise LostRowsError(f"{each.asset}.{each.table}: of {each.rows:,} rows {each.staged:,} were staged")
    return entities, rows


def as_json(staged: Sequence[Staged]) -> list[dict[str, Any]]:
    """The counts of staged rows, for the summary."""
    return [asdict(each) for each in staged]
