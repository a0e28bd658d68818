"""Converts rows of sources to entities, checks them, and records the source row of each.

No row is dropped silently. Each row of a table is staged, or goes into quarantine with the reasons. A staged row yields
each entity of its mapping, or is counted as a row without the entity's identifier.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import duckdb

from bluelamp.workloads.quality import sql
from bluelamp.workloads.quality.compile import typed
from bluelamp.workloads.quality.sources import FILE, ROW, SourceTable
from bluelamp.workloads.single_view.mapping import Attribute, EntityMapping, TableMapping

QUARANTINE: Final = "quarantine"
_MONTH: Final = "[0-9]{4}-(0[1-9]|1[0-2])"
_REASONS: Final = {
    "number": "is not a number",
    "integer": "is not a whole number",
    "date": "is not a date",
    "month": "is not a month",
}
_TYPES: Final = {"number": "DOUBLE", "integer": "HUGEINT", "date": "DATE"}
_LONGEST: Final = 60


@dataclass(frozen=True, slots=True)
class Staged:
    """The counts of the rows of a table."""

    asset: str
    table: str
    rows: int
    """Rows read."""
    rejected: int
    """Rejected records, which are in quarantine too."""
    quarantined: int
    """Rows in quarantine."""
    staged: int
    without_identifier: Mapping[str, int]
    """By entity type: staged rows without such an entity."""
    entities: Mapping[str, int]
    """By entity type: staged rows with such an entity."""
    repeated: Mapping[str, int]
    """By entity type: rows without an identifier that are equal to an earlier row, and may or may not be duplicates."""
    unmapped: tuple[str, ...]
    """Columns that are neither mapped nor listed as not mapped."""


def types_of(mappings: Sequence[TableMapping]) -> Mapping[str, Mapping[str, str]]:
    """The attributes of each entity type with their types in DuckDB; text if sources differ."""
    found: dict[str, dict[str, str]] = {}
    for mapping in mappings:
        for entity in mapping.entities:
            columns = found.setdefault(entity.type, {})
            for name, attribute in entity.attributes.items():
                kind = _TYPES.get(attribute.as_, "VARCHAR")
                columns[name] = kind if columns.get(name, kind) == kind else "VARCHAR"
    return found


def prepare(connection: duckdb.DuckDBPyConnection, mappings: Sequence[TableMapping]) -> None:
    """Creates the empty tables for `stage`."""
    connection.execute(
        f'CREATE TABLE {QUARANTINE} (asset VARCHAR, "table" VARCHAR, file VARCHAR, "row" BIGINT, line BIGINT, '
        "record VARCHAR, reasons VARCHAR[])"
    )
    for type_, columns in types_of(mappings).items():
        made = ", ".join(f"{sql.name(name)} {kind}" for name, kind in columns.items())
        connection.execute(
            f"CREATE TABLE {sql.name(staging(type_))} (key VARCHAR, identified BOOLEAN, asset VARCHAR, "
            f'"table" VARCHAR, file VARCHAR, "row" BIGINT, {made})'
        )


def staging(type_: str) -> str:
    """The name of the table with the staged rows of a type."""
    return f"staged_{type_}"


def stage(connection: duckdb.DuckDBPyConnection, mapping: TableMapping, table: SourceTable) -> Staged:
    """Adds the rows of `table` to the staged rows of its entities, or to quarantine. The table is not changed."""
    source = sql.name(table.name)
    for each in table.rejected:
        connection.execute(
            f"INSERT INTO {QUARANTINE} VALUES (?, ?, ?, NULL, ?, ?, ?)",
            [table.asset, table.table, each.file, each.line, each.record, [each.reason]],
        )
    reasons = _reasons(mapping)
    checked = f"{source}"
    if reasons:
        listed = f"list_filter([{', '.join(reasons)}], lambda each : each IS NOT NULL)"
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE refused AS SELECT * FROM (SELECT {FILE}, {ROW}, {listed} AS reasons "
            f"FROM {source}) WHERE len(reasons) > 0"
        )
    else:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE refused AS SELECT {FILE}, {ROW}, [''] AS reasons FROM {source} LIMIT 0"
        )
    connection.execute(
        f"INSERT INTO {QUARANTINE} SELECT {sql.text(table.asset)}, {sql.text(table.table)}, {FILE}, {ROW}, NULL, NULL, "
        "reasons FROM refused"
    )
    quarantined = _count(connection, "SELECT count(*) FROM refused")
    checked = f"(SELECT * FROM {source} ANTI JOIN refused USING ({FILE}, {ROW}))" if quarantined else source
    without: dict[str, int] = {}
    named: dict[str, int] = {}
    repeated: dict[str, int] = {}
    for number, entity in enumerate(mapping.entities):
        count = _insert(connection, mapping, number, entity, checked)
        named[entity.type] = named.get(entity.type, 0) + count
        without[entity.type] = without.get(entity.type, 0) + table.rows - quarantined - count
        if entity.identifier and entity.without_identifier == "keep":
            repeated[entity.type] = _repeated(connection, entity, checked, table)
    return Staged(
        table.asset,
        table.table,
        table.rows + len(table.rejected),
        len(table.rejected),
        quarantined,
        table.rows - quarantined,
        without,
        named,
        repeated,
        mapping.unmapped(table.columns),
    )


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(connection.execute(query).fetchall()[0][0])


def _reasons(mapping: TableMapping) -> list[str]:
    """The SQL expressions for the reasons for quarantine: each is a reason or NULL."""
    found: dict[str, None] = {}
    for entity in mapping.entities:
        for attribute in entity.attributes.values():
            column = sql.name(attribute.column)
            if attribute.required:
                message = sql.text(f"{attribute.column} is missing")
                found[f"CASE WHEN {column} IS NULL THEN {message} END"] = None
            if attribute.as_ in _REASONS:
                message = sql.text(f"{attribute.column} {_REASONS[attribute.as_]}: ")
                wrong = f"{column} IS NOT NULL AND {_converted(attribute)} IS NULL"
                found[f"CASE WHEN {wrong} THEN {message} || left({column}, {_LONGEST}) END"] = None
    return list(found)


def _converted(attribute: Attribute) -> str:
    column = sql.name(attribute.column)
    match attribute.as_:
        case "number" | "integer" | "date":
            return typed(attribute.column, attribute.as_)
        case "month":
            return f"CASE WHEN regexp_full_match({column}, {sql.text(_MONTH)}) THEN {column} END"
        case "upper":
            return f"upper(trim({column}))"
        case _:
            return column


def _insert(
    connection: duckdb.DuckDBPyConnection, mapping: TableMapping, number: int, entity: EntityMapping, source: str
) -> int:
    """Adds the staged rows of an entity; returns their number."""
    own = f"{sql.text(mapping.asset)} || ':' || {FILE} || ':' || {ROW}"
    if number and mapping.entities[number].type in {each.type for each in mapping.entities[:number]}:
        own += f" || ':' || {number}"  # a row with several entities of a type
    key, identified, where = own, "false", ""
    if entity.identifier:
        columns = [sql.name(each) for each in entity.identifier]
        identified = " AND ".join(f"{each} IS NOT NULL" for each in columns)
        named = " || '|' || ".join(columns)
        if entity.without_identifier == "skip":
            key, where = named, f" WHERE {identified}"
        else:
            key = f"CASE WHEN {identified} THEN {named} ELSE {own} END"
    if entity.link:
        # Linked records are matched by content, so each row is a record of its own.
        key = own
    names = ", ".join(sql.name(each) for each in entity.attributes)
    values = ", ".join(_converted(each) for each in entity.attributes.values())
    found = connection.execute(
        f'INSERT INTO {sql.name(staging(entity.type))} (key, identified, asset, "table", file, "row", {names}) '
        f"SELECT {sql.text(entity.type + ':')} || {key}, {identified}, {sql.text(mapping.asset)}, "
        f"{sql.text(mapping.table)}, "
        f"{FILE}, {ROW}, {values} FROM {source}{where}"
    ).fetchall()
    return int(found[0][0])


def _repeated(connection: duckdb.DuckDBPyConnection, entity: EntityMapping, source: str, table: SourceTable) -> int:
    """The number of rows without an identifier that are equal, in every column, to an earlier row of their file."""
    absent = " OR ".join(f"{sql.name(each)} IS NULL" for each in entity.identifier)
    columns = ", ".join([*(sql.name(each) for each in table.columns), FILE])
    return _count(
        connection,
        f"SELECT COALESCE(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM {source} WHERE {absent} GROUP BY {columns})",
    )
