"""The SQL of every metric and operator, compared with a plain implementation in Python."""

import re
from collections import Counter
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.workloads.quality import Check, Outcome, SourceTable, Threshold, open_database, sql
from bluelamp.workloads.quality import compile as compiler
from bluelamp.workloads.quality.checks import OPERATORS
from bluelamp.workloads.quality.execute import _judge_table
from tests.thorough import tries

Row = tuple[str | None, str | None]
QUICK = settings(derandomize=True, deadline=None, max_examples=tries(400))
FEWER = settings(QUICK, max_examples=tries(200))

# values that are nearly numbers, dates or each other
TEXT = st.one_of(
    st.none(),
    st.sampled_from(
        [
            "",
            " ",
            "0",
            "00",
            "-1",
            "+1",
            "1.0",
            "1.5",
            ".5",
            "5.",
            "1e3",
            "1e999",
            "nan",
            "inf",
            "1_000",
            "1,000",
            "0x10",
            "2026-02-29",
            "2024-02-29",
            "2026-2-1",
            "2026-13-01",
            "2026-07",
            "true",
            "TRUE",
            "yes",
            "a'b",
            'a"b',
            "é",
            "A",
            "a",
            "NULL",
            "null",
            "N/A",
            "2026-01-01T10:00",
            "2026-01-01 25:00",
            "１",
        ]
    ),
    st.text(alphabet="ab01-.'\"\\%_é ", max_size=5),
    st.integers(-20, 20).map(str),
)
ROWS = st.lists(st.tuples(TEXT, TEXT), max_size=12)
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


@pytest.fixture(scope="module")
def connection() -> Any:
    opened = open_database(threads=1)
    yield opened
    opened.close()


def judge(connection: Any, rows: list[Row], checks: list[Check]) -> list[Any]:
    connection.execute('CREATE OR REPLACE TABLE "a.t" ("x" VARCHAR, "y ""z" VARCHAR)')
    if rows:
        connection.executemany('INSERT INTO "a.t" VALUES (?, ?)', [list(row) for row in rows])
    table = SourceTable("a", "t", "a.t", ("x", 'y "z'), (), len(rows), (), ())
    return list(_judge_table(connection, table, checks, date(2026, 7, 1)))


def check(metric: Any, columns: tuple[str, ...] = ("x",), threshold: Threshold | None = None, **more: Any) -> Check:
    return Check(
        id=f"{metric}{more.get('arguments')}{columns}",
        asset="a",
        table="t",
        columns=columns,
        metric=metric,
        threshold=threshold or Threshold("mustBe", 0),
        dimension="conformity",
        **more,
    )


def number(text: str | None) -> float | None:
    if text is None or not NUMBER.fullmatch(text) or not text.isascii():
        return None
    value = float(text)
    return value if abs(value) != float("inf") else None


def is_missing(value: str | None, arguments: dict[str, Any]) -> bool:
    return value is None or among(value, [each for each in arguments.get("missingValues", []) if each is not None])


def among(value: str, values: list[Any]) -> bool:
    return any(
        number(value) == float(each) if isinstance(each, int | float) and not isinstance(each, bool) else value == each
        for each in values
    )


def is_valid(value: str, arguments: dict[str, Any]) -> bool:
    for name, wanted in arguments.items():
        found = number(value)
        match name:
            case "validValues":
                good = among(value, wanted)
            case "pattern":
                good = re.search(wanted, value) is not None
            case "minimum":
                good = found is not None and found >= wanted
            case "maximum":
                good = found is not None and found <= wanted
            case "minLength":
                good = len(value) >= wanted
            case "maxLength":
                good = len(value) <= wanted
            case "type":
                good = of_type(value, wanted)
            case _:
                good = True
        if not good:
            return False
    return True


def of_type(value: str, kind: str) -> bool:
    match kind:
        case "number":
            return number(value) is not None
        case "integer":
            return re.fullmatch("[+-]?[0-9]+", value, re.ASCII) is not None
        case "boolean":
            return value.lower() in ("true", "false")
        case _:
            try:
                date.fromisoformat(value if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value, re.ASCII) else "")
            except ValueError:
                return False
            return True


ARGUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "validValues": st.lists(
            st.one_of(st.sampled_from(["A", "a", "a'b", "0", "é", ""]), st.integers(-3, 3)), max_size=4
        ),
        "pattern": st.sampled_from(["^a", "[0-9]+$", "^$", "a'b", "é", r"\.", "^[ab]*$"]),
        "minimum": st.sampled_from([-1, 0, 0.5, 10]),
        "maximum": st.sampled_from([-1, 0, 0.5, 10]),
        "minLength": st.integers(0, 3),
        "maxLength": st.integers(0, 3),
        "type": st.sampled_from(["number", "integer", "date", "boolean"]),
        "missingValues": st.lists(
            st.one_of(st.none(), st.sampled_from(["", "N/A", "a", "0"]), st.integers(-1, 1)), max_size=3
        ),
    },
)


@QUICK
@given(rows=ROWS, arguments=ARGUMENTS)
def test_invalid_and_missing_values_are_counted_as_in_python(connection, rows, arguments):
    kinds = {name: each for name, each in arguments.items() if name != "missingValues"}
    missing = {"missingValues": arguments.get("missingValues", [])}
    results = judge(
        connection,
        rows,
        [check("invalidValues", arguments=arguments), check("missingValues", arguments=missing), check("nullValues")],
    )
    values = [row[0] for row in rows]
    expected = [
        sum(not is_missing(each, arguments) and not is_valid(each, kinds) for each in values),
        sum(is_missing(each, missing) for each in values),
        sum(each is None for each in values),
    ]
    if not rows:
        assert {each.outcome for each in results} == {Outcome.NOT_RUN}
        return
    assert [each.value for each in results] == expected
    assert [each.outcome is Outcome.PASS for each in results] == [each == 0 for each in expected]


@FEWER
@given(rows=ROWS)
def test_duplicates_are_values_that_occur_more_than_once(connection, rows):
    checks = [check("duplicateValues"), check("duplicateValues", ("x", 'y "z'))]
    one = Counter(row[0] for row in rows if row[0] is not None)
    both = Counter(row for row in rows if None not in row)
    expected = [sum(count > 1 for count in found.values()) for found in (one, both)]
    results = judge(connection, rows, checks)
    if rows:
        assert [each.value for each in results] == expected


BOUND = st.one_of(st.integers(-2, 14), st.floats(-2, 110, allow_nan=False).map(lambda each: round(each, 2)))


@FEWER
@given(
    rows=st.lists(st.tuples(st.sampled_from([None, "a"]), TEXT), min_size=1, max_size=12),
    operator=st.sampled_from(OPERATORS),
    low=BOUND,
    high=BOUND,
    percent=st.booleans(),
)
def test_every_operator_compares_counts_and_percentages(connection, rows, operator, low, high, percent):
    between = "Between" in operator
    threshold = Threshold(operator, sorted([low, high]) if between else low)
    count = sum(row[0] is None for row in rows)
    value = 100 * count / len(rows) if percent else count
    first, last = sorted([low, high]) if between else (low, low)
    expected = {
        "mustBe": value == first,
        "mustNotBe": value != first,
        "mustBeGreaterThan": value > first,
        "mustBeGreaterOrEqualTo": value >= first,
        "mustBeLessThan": value < first,
        "mustBeLessOrEqualTo": value <= first,
        "mustBeBetween": first <= value <= last,
        "mustNotBeBetween": not first <= value <= last,
    }[operator]
    [result, rows_result] = judge(
        connection, rows, [check("nullValues", threshold=threshold, percent=percent), check("rowCount", (), threshold)]
    )
    assert (result.outcome is Outcome.PASS) is expected
    assert result.percent == (value if percent else None)
    assert rows_result.value == len(rows)
    assert (result.reason == "") is expected


@FEWER
@given(rows=ROWS, since=st.sampled_from(["2025-11", "2026-01", None]))
def test_a_month_without_rows_is_unknown_and_never_zero(connection, rows, since):
    dated = [(f"2026-0{number % 5 + 1}" if number % 3 else row[0], row[1]) for number, row in enumerate(rows)]
    arguments = {"since": since} if since else {}
    [result] = judge(connection, dated, [check("frequency", arguments=arguments, threshold=None)])
    for month in result.months:
        assert month.rows is None or month.rows > 0
    if any(month.rows is None for month in result.months) or not result.months:
        assert result.outcome is Outcome.NOT_RUN
    else:
        assert result.outcome is Outcome.PASS


@FEWER
@given(rows=ROWS)
def test_freshness_is_the_age_of_the_newest_date(connection, rows):
    values = [row[0] for row in rows if row[0] is not None]
    days = [date.fromisoformat(each) for each in values if of_type(each, "date")]
    days += [date(2026, 7, 31) for each in values if each == "2026-07"]
    days += [date(2026, 1, 1) for each in values if each == "2026-01-01T10:00"]
    [result] = judge(connection, rows, [check("latency", threshold=Threshold("mustBeLessOrEqualTo", 200))])
    if not days:
        assert result.outcome is Outcome.NOT_RUN
        return
    age = (date(2026, 7, 1) - max(days)).days
    assert result.value == age
    assert (result.outcome is Outcome.PASS) is (age <= 200)


@FEWER
@given(
    name=st.text(min_size=1, max_size=8).filter(lambda each: "\x00" not in each),
    value=st.text(max_size=8).filter(lambda each: "\x00" not in each),
)
def test_names_and_values_of_any_characters_are_quoted(connection, name, value):
    query = f"SELECT {sql.text(value)} AS {sql.name(name)}"
    found = connection.execute(query)
    assert found.description[0][0] == name
    assert found.fetchall() == [(value,)]


def test_one_table_is_one_query(connection):
    checks = [check("nullValues"), check("rowCount", ()), check("invalidValues", arguments={"pattern": "a"})]
    compiled = compiler.compile_table("a.t", checks)
    assert compiled.query.count("FROM") == 1


def test_a_check_that_duckdb_refuses_leaves_the_others_judged(connection):
    bad = check("invalidValues", arguments={"pattern": "(?<!x)a("})
    results = judge(connection, [("a", None)], [check("nullValues"), bad, check("duplicateValues")])
    assert [each.outcome for each in results] == [Outcome.PASS, Outcome.NOT_RUN, Outcome.PASS]
    assert "DuckDB refuses it" in results[1].reason
