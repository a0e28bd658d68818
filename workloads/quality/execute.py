"""Executes contracts on local copies of the data."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import duckdb

from bluelamp.core.contracts import Contract
from bluelamp.core.dates import today
from bluelamp.core.source import show
from bluelamp.workloads.quality import compile as compiler
from bluelamp.workloads.quality import sql
from bluelamp.workloads.quality.checks import Check, checks_of
from bluelamp.workloads.quality.results import AssetResult, MonthCount, Outcome, QualityRun, Result
from bluelamp.workloads.quality.sources import SourceTable, load, open_database

MOST_MONTHS: Final = 1200
_FEW: Final = 6


def execute(
    contracts: Iterable[Contract],
    data: Path,
    *,
    subject: str,
    as_of: date | None = None,
    keep: Callable[[Contract, duckdb.DuckDBPyConnection, Sequence[SourceTable]], None] | None = None,
) -> QualityRun:
    """Executes each contract on the copy of its data in `data/<asset>/`.

    Ages are relative to `as_of`, by default today. `keep` is called with each contract and its loaded tables, in a
    connection that is closed afterwards. Unreadable files are reported in the results and raise nothing.
    """
    day = as_of or today()
    found = []
    for contract in contracts:
        connection = open_database()
        try:
            tables = load(connection, contract, data / contract.asset)
            if keep is not None:
                keep(contract, connection, tables)
            found.append(judge(connection, contract, tables, day))
        finally:
            connection.close()
    return QualityRun(subject, datetime.now(UTC), day, tuple(found))


def judge(
    connection: duckdb.DuckDBPyConnection, contract: Contract, tables: Sequence[SourceTable], as_of: date
) -> AssetResult:
    """Runs the checks of `contract` on loaded tables. Disables the connection's access to files."""
    connection.execute("SET enable_external_access = false")
    by_name = {each.table: each for each in tables}
    grouped: dict[str, list[Check]] = {}
    for check in checks_of(contract):
        grouped.setdefault(check.table, []).append(check)
    found: list[Result] = []
    for table, checks in grouped.items():
        found += _judge_table(connection, by_name.get(table), checks, as_of, tables)
    return AssetResult(
        contract.asset,
        contract.name,
        tuple(found),
        tuple(problem for each in tables for problem in each.problems),
        {each.table: each.rows for each in tables if not each.problems},
        sum(len(each.rejected) for each in tables),
    )


def _judge_table(
    connection: duckdb.DuckDBPyConnection,
    table: SourceTable | None,
    checks: Sequence[Check],
    as_of: date,
    tables: Sequence[SourceTable] = (),
) -> Iterator[Result]:
    if table is None:
        yield from (_not_run(each, each.unrunnable or "the contract has no such table") for each in checks)
        return
    if table.problems:
        problem = table.problems[0]
        reason = f"{problem.where}: {problem.message}"
        yield from (_not_run(each, reason) for each in checks)
        return
    runnable = [each for each in checks if not each.unrunnable]
    values = _measured(connection, table, [each for each in runnable if each.metric in _COMPILED])
    for check in checks:
        if check.unrunnable:
            yield _not_run(check, check.unrunnable)
        elif check.metric == "columns":
            yield _columns(check, table)
        elif check.metric == "records":
            yield _records(check, table)
        elif check.metric == "sql":
            yield _query(connection, check, table, tables)
        elif check.metric == "frequency":
            yield _frequency(connection, check, table)
        else:
            measured = values[check.id]
            if isinstance(measured, str):
                yield _not_run(check, measured, table.rows)
            elif check.metric == "latency":
                yield _latency(check, measured, table.rows, as_of)
            else:
                yield _compare(check, int(measured), table.rows)


_COMPILED: Final = frozenset({"rowCount", "nullValues", "missingValues", "invalidValues", "duplicateValues", "latency"})


def _measured(connection: duckdb.DuckDBPyConnection, table: SourceTable, checks: Sequence[Check]) -> Mapping[str, Any]:
    """The value of each check, or the reason as a string why it has none."""
    if not checks:
        return {}
    compiled = compiler.compile_table(table.name, checks)
    try:
        row = connection.execute(compiled.query).fetchall()[0]
        return {check.id: value for check, value in zip(compiled.checks, row[1:], strict=True)}
    except duckdb.Error as error:
        if len(checks) == 1:
            return {checks[0].id: _reason(error)}
    # One of them fails, such as one with an invalid pattern; run each by itself.
    found: dict[str, Any] = {}
    for check in checks:
        found |= _measured(connection, table, [check])
    return found


def _columns(check: Check, table: SourceTable) -> Result:
    note = f"not in the contract: {', '.join(table.unknown)}" if table.unknown else ""
    return Result(check, Outcome.PASS, len(table.unknown), table.rows, reason=note)


def _records(check: Check, table: SourceTable) -> Result:
    if not table.rejected and table.open_ended:
        reason = f"{table.open_ended[0]} ends without a line feed: whether its last record is whole is not known"
        return _not_run(check, reason, table.rows)
    if not table.rejected:
        return Result(check, Outcome.PASS, 0, table.rows)
    first = table.rejected[0]
    reason = f"{len(table.rejected):,} records are in quarantine, first {first.file}:{first.line}: {first.reason}"
    return Result(check, Outcome.FAIL, len(table.rejected), table.rows, reason=reason)


def _compare(check: Check, value: int, rows: int) -> Result:
    assert check.threshold is not None
    if rows == 0 and check.metric != "rowCount":
        return _not_run(check, "the table has no rows", rows)
    percent = 100 * value / rows if check.percent else None
    if check.threshold.holds(value if percent is None else percent):
        return Result(check, Outcome.PASS, value, rows, percent)
    if percent is not None:
        message = f"{value:,} of {rows:,} rows, {percent:.2f} %, expected {check.threshold} %"
    elif check.metric == "rowCount":
        message = f"{value:,} rows, expected {check.threshold}"
    else:
        message = f"{value:,} of {rows:,} rows, expected {check.threshold}"
        if check.metric == "duplicateValues":
            message = f"{value:,} values occur more than once in {rows:,} rows, expected {check.threshold}"
    return Result(check, Outcome.FAIL, value, rows, percent, message)


def _latency(check: Check, newest: date | None, rows: int, as_of: date) -> Result:
    assert check.threshold is not None
    if newest is None:
        return _not_run(check, f"{check.columns[0]} holds no date", rows)
    age = compiler.age(newest, as_of)
    if age < 0 and newest != _end_of_month(as_of):  # a month's day is its last one
        return Result(check, Outcome.FAIL, age, rows, reason=f"the newest row is of {newest}, after {as_of}")
    # Age is in whole days, so a threshold in hours has an uncertainty of a day.
    spread = 0 if float(check.threshold.value).is_integer() else 1
    if check.threshold.holds(age + spread):
        return Result(check, Outcome.PASS, age, rows)
    if check.threshold.holds(age - spread):
        return _not_run(check, f"the newest row is of {newest}: only whole days of age are judged", rows)
    return Result(
        check,
        Outcome.FAIL,
        age,
        rows,
        reason=f"the newest row is of {newest}: {age:,} days before {as_of}, expected {check.threshold} days",
    )


def _end_of_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _frequency(connection: duckdb.DuckDBPyConnection, check: Check, table: SourceTable) -> Result:
    try:
        found = dict(connection.execute(compiler.months(table.name, check.columns[0])).fetchall())
    except duckdb.Error as error:
        return _not_run(check, _reason(error), table.rows)
    first, last = (check.arguments.get(each) for each in ("since", "until"))
    if not found and not (first and last):
        return _not_run(check, f"{check.columns[0]} holds no date", table.rows)
    expected = compiler.every_month(str(first or min(found)), str(last or max(found)))
    if len(expected) > MOST_MONTHS:
        return _not_run(check, f"{expected[0]} to {expected[-1]} is more than {MOST_MONTHS} months", table.rows)
    months = tuple(MonthCount(each, found.get(each)) for each in expected)
    absent = [each.month for each in months if each.rows is None]
    if not absent:
        return Result(check, Outcome.PASS, len(months), table.rows, months=months)
    more = f" and {len(absent) - _FEW} more" if len(absent) > _FEW else ""
    reason = (
        f"{len(absent)} of {len(months)} months have no rows, which is unknown and not zero: "
        f"{', '.join(absent[:_FEW])}{more}"
    )
    return Result(check, Outcome.NOT_RUN, len(months) - len(absent), table.rows, reason=reason, months=months)


def _query(
    connection: duckdb.DuckDBPyConnection, check: Check, table: SourceTable, tables: Sequence[SourceTable]
) -> Result:
    query = _prepared(check, table)
    try:
        statements = connection.extract_statements(query)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            return _not_run(check, "it is not one SELECT statement", table.rows)
        used = {each.casefold() for each in connection.get_table_names(query)}
        read = [each for each in tables if {each.table.casefold(), each.name.casefold()} & used]
        for each in read:
            if each.problems:
                return _not_run(check, f"{each.problems[0].where}: {each.problems[0].message}", table.rows)
        rows = connection.execute(query).fetchmany(2)
        connection.execute("SELECT 1").fetchall()  # discards remaining rows of the query
    except duckdb.Error as error:
        return _not_run(check, _reason(error), table.rows)
    if len(rows) != 1 or len(rows[0]) != 1:
        return _not_run(check, "it does not return one value", table.rows)
    found = _evaluate(check, rows[0][0], table.rows)
    if found.outcome is Outcome.PASS and (empty := [each.table for each in read if not each.rows]):
        return _not_run(check, f"{', '.join(empty)} has no rows", table.rows)
    return found


def _evaluate(check: Check, value: object, rows: int) -> Result:
    assert check.threshold is not None
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, bool) and check.threshold.needs_number and not isinstance(check.threshold.value, bool):
        value = int(value)
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return _not_run(check, "it returns no value", rows)
    if not isinstance(value, int | float | str):
        value = str(value)
    if check.threshold.needs_number and not isinstance(value, int | float):
        return _not_run(check, f"it returns {show(value)}, which is not a number", rows)
    if check.threshold.holds(value):
        return Result(check, Outcome.PASS, value, rows)
    shown = f"{value:,}" if isinstance(value, int | float) and not isinstance(value, bool) else show(value)
    return Result(check, Outcome.FAIL, value, rows, reason=f"it returns {shown}, expected {check.threshold}")


def _prepared(check: Check, table: SourceTable) -> str:
    """The query with the placeholders for table and column replaced."""
    query = str(check.arguments["query"])
    names = {"table": table.table, "model": table.table, "object": table.table, "schema": table.table}
    if check.columns:
        names |= {"column": check.columns[0], "field": check.columns[0], "property": check.columns[0]}
    for placeholder, value in names.items():
        for written in (f"${{{placeholder}}}", f"{{{placeholder}}}"):
            query = query.replace(written, sql.name(value))
    return query


def _not_run(check: Check, reason: str, rows: int | None = None) -> Result:
    return Result(check, Outcome.NOT_RUN, None, rows, reason=reason)


def _reason(error: duckdb.Error) -> str:
    first = str(error).splitlines()[0]
    return f"DuckDB refuses it: {first[:200]}"
