"""Contracts executed over files: valid ones, and every kind of invalid one."""

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bluelamp.workloads.quality import History, Outcome, execute
from tests.thorough import tries
from tests.workloads.contracts import contract, write_csv

PROPERTIES: list[dict[str, Any]] = [
    {"name": "id", "logicalType": "string", "unique": True},
    {"name": "month", "logicalType": "string", "required": True},
    {"name": "count", "logicalType": "integer"},
]
GOOD = "id,month,count\na,2026-01,1\nb,2026-02,2\n,2026-02,3\n"


def run(folder, *contracts, as_of=date(2026, 3, 1)):
    return execute(contracts, folder / "data", subject="test", as_of=as_of)


def outcomes(result):
    return {each.check.id: each.outcome.value for each in result.results}


def test_a_valid_file_passes_every_promise_of_the_schema(tmp_path):
    made = contract(tmp_path, properties=PROPERTIES)
    write_csv(tmp_path, GOOD)
    [asset] = run(tmp_path, made).assets
    assert asset.outcome is Outcome.PASS
    assert asset.publishable
    assert asset.rows == {"log": 3}
    assert outcomes(asset) == dict.fromkeys(
        ["log.columns", "log.records", "log.id.duplicateValues", "log.month.nullValues", "log.count.invalidValues"],
        "pass",
    )


@pytest.mark.parametrize(
    ("content", "message", "line"),
    [
        (b"", "is empty", 0),
        ("id,month,count\na,2026-01,1\nb\xa32026".encode("latin-1"), "is not UTF-8 text: invalid byte 0xa3", 3),
        ("id,month,count\n".encode("utf-16"), "is in UTF-16", 0),
        (b"id,month,count\na,2026-01,\x00\n", "null byte", 2),
        (b"id,month,count\na,2026-01,1\n\xe2\x82", "ends in the middle of a character", 3),
        (b"id,month,count\na,2026-01,1\nb,2026-0", "is truncated: the last record is not complete", 3),
        (b'id,month,count\na,2026-01,1\nb,"2026-0', "is truncated: a quoted field has no end", 3),
        (b"id,Month,count\na,2026-01,1\n", "column 'month' of the contract is missing", 1),
        (b"id,month,count,ID\na,2026-01,1,b\n", "duplicate column 'ID'", 1),
        (b"id;month;count\na;2026-01;1\n", "column 'id' of the contract is missing", 1),
        (b"PAR1 this is no table", "column 'id' of the contract is missing", 1),
    ],
)
def test_an_unreadable_file_is_not_run_and_names_file_line_and_next_step(tmp_path, content, message, line):
    made = contract(tmp_path, properties=PROPERTIES)
    write_csv(tmp_path, content)
    [asset] = run(tmp_path, made).assets
    assert asset.outcome is Outcome.NOT_RUN
    assert not asset.publishable
    assert {each.outcome for each in asset.results} == {Outcome.NOT_RUN}
    problem = asset.problems[0]
    assert (problem.file, problem.line) == ("log.csv", line)
    assert message in problem.message
    assert all(message in each.reason for each in asset.results)


def test_the_cause_of_a_changed_column_is_suggested(tmp_path):
    made = contract(tmp_path, properties=PROPERTIES)
    write_csv(tmp_path, "id,months,count\n")
    [asset] = run(tmp_path, made).assets
    assert asset.problems[0].next_step == "did you mean months?"


def test_a_missing_file_is_not_run(tmp_path):
    [asset] = run(tmp_path, contract(tmp_path, properties=PROPERTIES)).assets
    assert asset.outcome is Outcome.NOT_RUN
    assert "there is no such file" in str(asset.problems[0])


def test_a_folder_and_a_damaged_parquet_file_are_not_run(tmp_path):
    made = contract(tmp_path, properties=PROPERTIES, physicalName="log.parquet")
    write_csv(tmp_path, b"PAR1 and then nothing", name="log.parquet")
    [asset] = run(tmp_path, made).assets
    assert "is not a complete Parquet file" in asset.problems[0].message
    (tmp_path / "data/incidents/log.parquet").unlink()
    (tmp_path / "data/incidents/log.parquet").mkdir()
    [asset] = run(tmp_path, made).assets
    assert "is a folder" in asset.problems[0].message


def test_a_table_without_rows_passes_no_check_about_rows(tmp_path):
    made = contract(tmp_path, properties=PROPERTIES, quality=[{"metric": "rowCount", "mustBeGreaterThan": 0}])
    write_csv(tmp_path, "id,month,count\n")
    [asset] = run(tmp_path, made).assets
    found = outcomes(asset)
    assert found.pop("log.rowCount") == "fail"
    assert found.pop("log.columns") == found.pop("log.records") == "pass"
    assert set(found.values()) == {"not run"}
    assert not asset.publishable


def test_records_of_another_length_are_separated_and_rows_keep_their_numbers(tmp_path):
    made = contract(tmp_path, properties=PROPERTIES)
    write_csv(tmp_path, "id,month,count\na,2026-01,1\nb,2026-01\nc,2026-01,1,1\nd,2026-02,5\n")
    kept: list[Any] = []

    def keep(_, connection, tables):
        kept.extend(connection.execute('SELECT id, _file, _row FROM "incidents.log" ORDER BY _row').fetchall())
        kept.append([(each.line, each.reason) for each in tables[0].rejected])

    found = execute([made], tmp_path / "data", subject="test", as_of=date(2026, 3, 1), keep=keep)
    assert kept == [
        ("a", "log.csv", 1),
        ("d", "log.csv", 4),
        [(3, "has 2 fields instead of 3"), (4, "has 4 fields instead of 3")],
    ]
    [asset] = found.assets
    assert asset.quarantined == 2
    assert outcomes(asset)["log.records"] == "fail"
    assert asset.publishable  # a warning: the remaining rows may be used


def strip(row):
    """The record without empty fields after the second."""
    while len(row) > 2 and not row[-1]:
        row = row[:-1]
    return row


CELL = st.text(alphabet="ab,\"\n é'", max_size=4)


@settings(
    derandomize=True,
    deadline=None,
    max_examples=tries(150),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows=st.lists(st.lists(CELL, min_size=1, max_size=4), max_size=8), newline=st.booleans())
def test_every_record_is_a_row_or_separated(tmp_path, rows, newline):
    import csv
    import io

    made = contract(tmp_path, properties=[{"name": each, "logicalType": "string"} for each in "xy"])
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([["x", "y"], *rows])
    write_csv(tmp_path, stream.getvalue() if newline else stream.getvalue().removesuffix("\n"))
    seen: list[Any] = []

    def keep(_, connection, tables):
        seen.append(tables[0])
        seen.extend(connection.execute('SELECT x, y, _row FROM "incidents.log" ORDER BY _row').fetchall())

    execute([made], tmp_path / "data", subject="test", keep=keep)
    table, *found = seen
    records = [strip(row) for row in rows]
    good = [(row[0] or None, row[1] or None, number) for number, row in enumerate(records, 1) if len(row) == 2]
    if table.problems:
        assert "is truncated" in table.problems[0].message
        assert not newline
        return
    assert found == good
    assert len(table.rejected) + table.rows == len(rows)


@pytest.mark.parametrize(
    ("rule", "outcome", "message"),
    [
        ({"type": "sql", "query": "SELECT count(*) FROM ${table}", "mustBe": 3}, "pass", ""),
        ({"type": "sql", "query": "SELECT max({column}) FROM {model}", "mustBe": 3}, "pass", ""),
        (
            {"type": "sql", "query": "SELECT max({column}) FROM {model}", "mustBeLessThan": 3},
            "fail",
            "it returns 3, expected < 3",
        ),
        ({"type": "sql", "query": "SELECT 1; SELECT 2", "mustBe": 1}, "not run", "one SELECT"),
        ({"type": "sql", "query": "DROP TABLE log", "mustBe": 1}, "not run", "one SELECT"),
        ({"type": "sql", "query": "COPY (SELECT 1) TO 'out.csv'", "mustBe": 1}, "not run", "one SELECT"),
        ({"type": "sql", "query": "SELECT count(*) FROM read_csv('/etc/passwd')", "mustBe": 1}, "not run", "refuses"),
        ({"type": "sql", "query": "SELECT count(*) FROM '/etc/passwd.csv'", "mustBe": 1}, "not run", "refuses"),
        ({"type": "sql", "query": "SELECT * FROM ${table}", "mustBe": 1}, "not run", "one value"),
        ({"type": "sql", "query": "SELECT 1 WHERE false", "mustBe": 1}, "not run", "one value"),
        ({"type": "sql", "query": "SELECT NULL", "mustBe": 1}, "not run", "no value"),
        ({"type": "sql", "query": "SELECT 'many'", "mustBeLessThan": 1}, "not run", "not a number"),
        ({"type": "sql", "query": "SELECT 1 < 2", "mustBe": True}, "pass", ""),
        ({"type": "sql", "query": "SELEC 1", "mustBe": 1}, "not run", "refuses"),
        ({"type": "sql", "query": "SELECT 1", "mustBe": 1, "unit": "percent"}, "not run", "percentage"),
        ({"metric": "rowCount", "mustBe": 3}, "not run", "belongs to a table"),
        ({"metric": "invalidValues", "mustBe": 0}, "not run", "validValues or pattern"),
        ({"metric": "nullValues", "mustBe": "none"}, "not run", "is not a number"),
        ({"type": "custom", "engine": "soda", "implementation": "x"}, "not run", "another engine (soda)"),
    ],
)
def test_rules_of_every_kind_have_their_outcome(tmp_path, rule, outcome, message):
    properties = [*PROPERTIES[:2], PROPERTIES[2] | {"quality": [rule]}]
    made = contract(tmp_path, properties=properties)
    write_csv(tmp_path, GOOD)
    [asset] = run(tmp_path, made).assets
    [result] = [each for each in asset.results if each.check.path.endswith("quality[0]")]
    assert result.outcome.value == outcome, result.reason
    assert message in result.reason
    assert result.check.line > 0
    assert asset.publishable is (outcome == "pass")


def test_percentages_name_the_rows(tmp_path):
    rule = {"metric": "nullValues", "mustBeLessThan": 2, "unit": "percent"}
    made = contract(tmp_path, properties=[PROPERTIES[0] | {"quality": [rule]}, *PROPERTIES[1:]])
    write_csv(tmp_path, GOOD)
    [asset] = run(tmp_path, made).assets
    [result] = [each for each in asset.results if each.outcome is Outcome.FAIL]
    assert result.reason == "1 of 3 rows, 33.33 %, expected < 2 %"


def test_service_levels_are_judged(tmp_path):
    sla = [
        {"property": "latency", "value": 40, "unit": "d", "element": "log.month"},
        {"property": "frequency", "value": 1, "unit": "month", "element": "log.month",
         "customProperties": [{"property": "since", "value": "2025-12"}]},
        {"property": "latency", "value": 2, "unit": "fortnights", "element": "log.month"},
        {"property": "latency", "value": 2, "unit": "d", "element": "log.mnth"},
        {"property": "availability", "value": 99},
    ]  # fmt: skip
    made = contract(tmp_path, properties=PROPERTIES, sla=sla)
    write_csv(tmp_path, GOOD)
    [asset] = run(tmp_path, made).assets
    fresh, often, unit, column = [each for each in asset.results if each.check.is_sla]
    assert (fresh.outcome, fresh.value) == (Outcome.PASS, 1)
    assert often.outcome is Outcome.NOT_RUN
    assert [(each.month, each.rows) for each in often.months] == [("2025-12", None), ("2026-01", 1), ("2026-02", 2)]
    assert "unknown and not zero" in often.reason
    assert unit.reason.startswith("'fortnights' is not a unit")
    assert "did you mean month?" in column.reason
    assert asset.outcome is Outcome.NOT_RUN
    assert asset.publishable
    [late] = run(tmp_path, made, as_of=date(2026, 5, 1)).assets
    assert not late.publishable


def test_a_failed_contract_stops_derived_assets(tmp_path):
    lineage = {
        name: [{"property": "lineage", "value": before}] for name, before in (("b", ["a"]), ("c", ["b"]), ("d", []))
    }
    made = [contract(tmp_path, asset="a", properties=PROPERTIES)]
    made += [contract(tmp_path, asset=name, properties=PROPERTIES, custom=custom) for name, custom in lineage.items()]
    for name in "bcd":
        write_csv(tmp_path, GOOD, asset=name)
    write_csv(tmp_path, "id,month,count\na,2026-01,1\na,2026-01,1\n", asset="a")
    blocked = run(tmp_path, *made).blocked_by({each.asset: tuple(each.properties.lineage) for each in made})
    assert blocked == {"a": ("a",), "b": ("a",), "c": ("a",)}


def test_the_history_has_each_run_completely(tmp_path):
    made = contract(tmp_path, properties=PROPERTIES)
    write_csv(tmp_path, GOOD)
    history = History(tmp_path / "quality.duckdb")
    assert history.past("test") == ()
    history.keep(run(tmp_path, made))
    write_csv(tmp_path, GOOD.replace("b,", "a,"))
    history.keep(run(tmp_path, made))
    first, second = history.past("test")
    assert first.assets == {"incidents": Outcome.PASS}
    assert second.assets == {"incidents": Outcome.FAIL}
    assert second.counts["uniqueness"] == {Outcome.FAIL: 1}
    assert history.past("other") == ()
