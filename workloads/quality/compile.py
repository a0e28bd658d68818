"""Compiles checks to DuckDB SQL: one query per table, which scans the table once, and once more per unique key.

The tables contain the text as supplied, so that invalid numbers and dates are counted and not lost. An empty field is
NULL.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from bluelamp.workloads.quality import sql
from bluelamp.workloads.quality.checks import Check

ROWS: Final = "rows_read"
_COMPARISONS: Final = {"minimum": ">=", "maximum": "<=", "exclusiveMinimum": ">", "exclusiveMaximum": "<"}
"""The column of a compiled query that counts the table's rows."""

_NUMBER: Final = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
_INTEGER: Final = "[+-]?[0-9]+"
_DATE: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIMESTAMP: Final = rf"{_DATE}[T ][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}(\.[0-9]+)?)?(Z|[+-][0-9]{{2}}(:?[0-9]{{2}})?)?"
_MONTH: Final = "[0-9]{4}-(0[1-9]|1[0-2])"


def typed(column: str, logical_type: str | None) -> str:
    """The expression that converts `column` to its logical type; NULL for invalid text."""
    text = sql.name(column)
    match logical_type:
        case "number":
            value = f"TRY_CAST({text} AS DOUBLE)"
            return _when(text, _NUMBER, f"CASE WHEN isfinite({value}) THEN {value} END")
        case "integer":
            return _when(text, _INTEGER, f"TRY_CAST({text} AS HUGEINT)")
        case "date":
            return _when(text, _DATE, f"TRY_CAST({text} AS DATE)")
        case "timestamp":
            return _when(text, f"{_TIMESTAMP}|{_DATE}", f"TRY_CAST({text} AS TIMESTAMP)")
        case "boolean":
            return f"CASE lower({text}) WHEN 'true' THEN true WHEN 'false' THEN false END"
        case _:
            return text


def _when(text: str, pattern: str, expression: str) -> str:
    return f"CASE WHEN regexp_full_match({text}, {sql.text(pattern)}) THEN {expression} END"


def missing(column: str, arguments: Mapping[str, Any]) -> str:
    """Whether the value is missing: NULL, or listed in `missingValues`."""
    listed = [each for each in arguments.get("missingValues") or () if each is not None]
    null = f"{sql.name(column)} IS NULL"
    if not listed:
        return null
    return f"({null} OR {_among(column, listed)})"


def invalid(column: str, arguments: Mapping[str, Any]) -> str:
    """Whether there is a value that the arguments do not allow. Never NULL."""
    text = sql.name(column)
    allowed = []
    if (kind := arguments.get("type")) is not None:
        allowed.append(f"{typed(column, str(kind))} IS NOT NULL")
    if (values := arguments.get("validValues")) is not None:
        allowed.append(_among(column, [each for each in values if each is not None]))
    if (pattern := arguments.get("pattern")) is not None:
        allowed.append(f"regexp_matches({text}, {sql.text(pattern)})")
    kind = str(arguments.get("as", "number"))
    for name, comparison in _COMPARISONS.items():
        if (bound := arguments.get(name)) is not None:
            allowed.append(f"{typed(column, kind)} {comparison} {_literal(kind, bound)}")
    if (step := arguments.get("multipleOf")) is not None:
        # As binary floats, 4.35 is not a multiple of 0.01.
        exact = f"TRY_CAST({text} AS DECIMAL(38, 18))"
        allowed.append(f"{exact} % CAST({sql.text(repr(step))} AS DECIMAL(38, 18)) = 0")
    for name, comparison in (("minLength", ">="), ("maxLength", "<=")):
        if (bound := arguments.get(name)) is not None:
            allowed.append(f"length({text}) {comparison} {int(bound)}")
    valid = " AND ".join(f"COALESCE({each}, false)" for each in allowed) or "true"
    return f"(NOT {missing(column, arguments)} AND NOT ({valid}))"


def _literal(kind: str, value: Any) -> str:
    return sql.number(value) if kind == "number" else f"CAST({sql.text(str(value))} AS {kind.upper()})"


def _among(column: str, values: Sequence[Any]) -> str:
    """Whether the value is one of `values`: numbers are compared as numbers, everything else as text."""
    numbers = [each for each in values if isinstance(each, int | float) and not isinstance(each, bool)]
    texts = [_spelt(each) for each in values if isinstance(each, bool) or not isinstance(each, int | float)]
    parts = []
    if texts:
        parts.append(f"{sql.name(column)} IN {sql.strings(texts)}")
    if numbers:
        parts.append(f"{typed(column, 'number')} IN ({', '.join(sql.number(each) for each in numbers)})")
    return f"COALESCE({' OR '.join(parts)}, false)" if parts else "false"


def _spelt(value: object) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def _counted(check: Check) -> str:
    column = check.columns[0]
    match check.metric:
        case "nullValues":
            return f"{sql.name(column)} IS NULL"
        case "missingValues":
            return missing(column, check.arguments)
        case _:
            return invalid(column, check.arguments)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A query that returns one row: the count of rows, then a value for each of `checks`."""

    query: str
    checks: tuple[Check, ...]


def compile_table(table: str, checks: Sequence[Check]) -> Compiled:
    """The query for the checks of a table that count rows or need its newest value.

    `table` is the name of the table in DuckDB. The checks have the metrics of the standard's library, or `latency`.
    """
    source = sql.name(table)
    columns = [f"count(*) AS {ROWS}"]
    for number, check in enumerate(checks):
        columns.append(f"{_value(source, check)} AS v{number}")
    return Compiled(f"SELECT {', '.join(columns)} FROM {source}", tuple(checks))


def _value(source: str, check: Check) -> str:
    match check.metric:
        case "rowCount":
            return "count(*)"
        case "duplicateValues":
            keys = ", ".join(sql.name(each) for each in check.columns)
            present = " AND ".join(f"{sql.name(each)} IS NOT NULL" for each in check.columns)
            repeated = f"SELECT 1 FROM {source} WHERE {present} GROUP BY {keys} HAVING count(*) > 1"
            return f"(SELECT count(*) FROM ({repeated}))"
        case "latency":
            return f"max({day_of(check.columns[0])})"
        case _:
            return f"count(*) FILTER (WHERE {_counted(check)})"


def day_of(column: str) -> str:
    """The day of a date, a timestamp or a month (its last day); NULL for other text."""
    text = sql.name(column)
    month = f"last_day(TRY_CAST({text} || '-01' AS DATE))"
    day = f"CAST(TRY_CAST({text} AS TIMESTAMP) AS DATE)"
    return (
        f"CASE WHEN regexp_full_match({text}, {sql.text(_MONTH)}) THEN {month} "
        f"WHEN regexp_full_match({text}, {sql.text(f'{_TIMESTAMP}|{_DATE}')}) THEN {day} END"
    )


def months(table: str, column: str) -> str:
    """The query for the rows of each month, as `2018-07`. Invalid dates are left to the column's own checks."""
    return (
        "SELECT strftime(day, '%Y-%m') AS month, count(*) "
        f"FROM (SELECT {day_of(column)} AS day FROM {sql.name(table)}) WHERE day IS NOT NULL "
        "GROUP BY month ORDER BY month"
    )


def every_month(first: str, last: str) -> list[str]:
    """The months from `first` to `last`, both included; empty if `last` is earlier."""
    start, end = (int(each[:4]) * 12 + int(each[5:7]) - 1 for each in (first, last))
    return [f"{number // 12:04}-{number % 12 + 1:02}" for number in range(start, end + 1)]


def age(newest: date, as_of: date) -> int:
    """Days between the newest value and `as_of`."""
    return (as_of - newest).days
