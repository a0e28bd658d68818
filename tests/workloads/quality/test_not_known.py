"""An inconclusive check is not run; a promise of a contract is judged or named: never dropped, never a pass."""

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.workloads.quality import AssetResult, Outcome, execute, load, open_database
from bluelamp.workloads.single_view import build, read_mappings
from tests.thorough import tries
from tests.workloads.contracts import contract, write_csv

TEXT = {"name": "x", "logicalType": "string"}
DAY = date(2026, 4, 10)


def run(folder: Path, made: object, as_of: date = DAY) -> AssetResult:
    return execute([made], folder / "data", subject="test", as_of=as_of).assets[0]  # type: ignore[list-item]


def outcomes(found: AssetResult) -> dict[str, tuple[str, object]]:
    return {each.check.title: (each.outcome.value, each.value) for each in found.results}


@pytest.mark.parametrize(
    ("kind", "options", "values", "invalid"),
    [
        ("number", {"exclusiveMinimum": 0, "exclusiveMaximum": 10}, ["0", "0.001", "9.999", "10", "1e1"], 3),
        ("integer", {"multipleOf": 5}, ["0", "-10", "5", "7"], 1),
        ("number", {"multipleOf": 0.01}, ["4.35", "0.1", "1e2", "0.005"], 1),
        ("date", {"minimum": "2026-01-01"}, ["2025-12-31", "2026-01-01", "2026-02-28"], 1),
        ("date", {"exclusiveMaximum": "2026-01-01"}, ["2025-12-31", "2026-01-01"], 1),
        ("timestamp", {"maximum": "2026-01-01T12:00:00"}, ["2026-01-01T12:00:00", "2026-01-01T12:00:01"], 1),
        ("string", {"format": "uuid"}, ["6f1c8a52-0c5e-4b7e-9a51-0c4ed1a4b0aa", "6f1c8a52", "x"], 2),
        ("string", {"format": "email"}, ["a@b.example", "a@b", "a b@c.example"], 2),
    ],
)
def test_every_option_of_a_type_is_judged(tmp_path, kind, options, values, invalid):
    made = contract(tmp_path, properties=[{"name": "x", "logicalType": kind, "logicalTypeOptions": options}])
    write_csv(tmp_path, "x\n" + "\n".join(values) + "\n")
    found = [each for each in run(tmp_path, made).results if "has" in each.check.name and each.check.columns]
    assert sum(int(each.value or 0) for each in found) == invalid
    assert all(each.outcome is Outcome.FAIL for each in found)


@pytest.mark.parametrize(
    "column",
    [
        {"name": "x", "logicalType": "string", "logicalTypeOptions": {"format": "hostname"}},
        {"name": "x", "logicalType": "integer", "logicalTypeOptions": {"format": "u8"}},
        {"name": "x", "logicalType": "date", "logicalTypeOptions": {"minimum": "last year"}},
        {"name": "x", "logicalType": "date", "logicalTypeOptions": {"format": "dd/MM/yyyy"}},
        {"name": "x", "logicalType": "time", "logicalTypeOptions": {"minimum": "10:00"}},
        {"name": "x", "logicalType": "object", "properties": [{**TEXT, "required": True}]},
        {"name": "x", "logicalType": "array", "items": {"logicalType": "integer"}},
    ],
)
def test_an_unjudged_promise_is_named(tmp_path, column):
    made = contract(tmp_path, properties=[column])
    write_csv(tmp_path, "x\n2026-01-01\n")
    found = [each for each in run(tmp_path, made).results if each.outcome is Outcome.NOT_RUN]
    assert len(found) == 1
    assert found[0].reason


@pytest.mark.parametrize(
    ("value", "unit", "newest", "outcome"),
    [
        (1, "h", "2026-04-10T00:01", "not run"),
        (1, "h", "2026-04-09T23:59", "not run"),
        (1, "h", "2026-04-08", "fail"),
        (36, "h", "2026-04-10", "pass"),
        (36, "h", "2026-04-09", "not run"),
        (36, "h", "2026-04-07", "fail"),
        (24, "h", "2026-04-09", "pass"),
        (1, "d", "2026-04-08", "fail"),
        (7, "d", "2026-04-29", "fail"),
        (7, "d", "2026-04", "pass"),
        (7, "d", "2026-05", "fail"),
    ],
)
def test_freshness_in_hours_is_judged_as_far_as_dates_allow(tmp_path, value, unit, newest, outcome):
    sla = [{"property": "freshness", "value": value, "unit": unit, "element": "log.at"}]
    made = contract(tmp_path, properties=[{"name": "at", "logicalType": "string"}], sla=sla)
    write_csv(tmp_path, f"at\n2026-01-01\n{newest}\n")
    assert [each.outcome.value for each in run(tmp_path, made).results if each.check.is_sla] == [outcome]


def test_a_reversed_range_is_not_run(tmp_path):
    quality = [{"metric": "rowCount", "mustNotBeBetween": [10, 1]}]
    made = contract(tmp_path, properties=[TEXT], quality=quality)
    write_csv(tmp_path, "x\n1\n2\n")
    [found] = [each for each in run(tmp_path, made).results if each.check.metric == "rowCount"]
    assert found.outcome is Outcome.NOT_RUN
    assert "the smaller number comes first" in found.reason


def test_a_query_over_a_table_without_rows_does_not_pass(tmp_path):
    quality = [
        {"type": "sql", "query": "SELECT count(*) FROM ${table} WHERE x = 'bad'", "mustBe": 0, "name": "none is bad"},
        {"type": "sql", "query": "SELECT count(*) FROM ${table}", "mustBeGreaterThan": 0, "name": "there are rows"},
    ]
    made = contract(tmp_path, properties=[TEXT], quality=quality)
    write_csv(tmp_path, "x\n")
    found = outcomes(run(tmp_path, made))
    assert found["none is bad"] == ("not run", None)
    assert found["there are rows"] == ("fail", 0)


def test_a_query_over_an_unreadable_table_is_not_run(tmp_path):
    made = contract(
        tmp_path,
        properties=[TEXT],
        quality=[
            {"type": "sql", "query": "SELECT count(*) FROM log JOIN Other USING (x)", "mustBe": 0, "name": "joined"}
        ],
    )
    path = tmp_path / "contracts" / "incidents.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("schema:\n", "schema:\n- name: Other\n  properties:\n  - {name: x, logicalType: string}\n"),
        encoding="utf-8",
    )
    from bluelamp.core.contracts import read_folder

    (made,) = read_folder(path.parent, tmp_path)
    write_csv(tmp_path, "x\n1\n")
    found = outcomes(run(tmp_path, made))
    assert found["joined"] == ("not run", None)
    write_csv(tmp_path, "x\n2\n", name="Other.csv")
    assert outcomes(run(tmp_path, made))["joined"] == ("pass", 0)


def test_a_table_in_two_forms_is_not_read_twice(tmp_path):
    made = contract(tmp_path, properties=[TEXT])
    file = write_csv(tmp_path, "x\n1\n")
    with open_database() as connection:
        connection.execute(f"COPY (SELECT '1' AS x) TO '{file.with_suffix('.parquet')}' (FORMAT parquet)")
    found = run(tmp_path, made)
    assert found.outcome is Outcome.NOT_RUN
    assert "log.csv, log.parquet" in str(found.problems[0])


def test_a_file_without_a_final_line_feed_may_be_truncated(tmp_path):
    made = contract(tmp_path, properties=[TEXT, {**TEXT, "name": "y"}])
    write_csv(tmp_path, "x,y\n1,whole\n2,who")
    assert outcomes(run(tmp_path, made))["Every record has a value for each column"] == ("not run", None)


def test_assets_derived_from_a_failed_asset_are_not_published(tmp_path):
    contract(tmp_path, properties=[{**TEXT, "required": True}], asset="source")
    contract(
        tmp_path,
        properties=[TEXT],
        custom=[{"property": "lineage", "value": ["source"]}],
    )
    from bluelamp.core.contracts import read_folder

    contracts = read_folder(tmp_path / "contracts", tmp_path)
    (tmp_path / "mappings").mkdir()
    mapping = "source: incidents\ntable: log\nentities: [{kind: event, type: incident, attributes: {x: x}}]\n"
    (tmp_path / "mappings" / "log.yaml").write_text(mapping, encoding="utf-8")
    write_csv(tmp_path, "x\n1\n")

    def blocked(text: str) -> dict[str, tuple[str, ...]]:
        write_csv(tmp_path, text, asset="source")
        mappings = read_mappings(tmp_path / "mappings", tmp_path, contracts)
        made = build(contracts, mappings, tmp_path / "data", tmp_path / "view", subject="test")
        assert (made.published is None) is bool(made.blocked)
        return dict(made.blocked)

    assert blocked('x\n""\n') == {"incidents": ("it is derived from source, which is not fit to publish",)}
    assert blocked("x\n1\n") == {}


FIELD = st.text(st.sampled_from('ab1"'), max_size=3)
LINE = st.lists(FIELD, min_size=1, max_size=4).map(",".join)


@settings(max_examples=tries(150), deadline=None, derandomize=True)
@given(lines=st.lists(LINE, max_size=6), end=st.sampled_from(["\n", "\r\n"]), last=st.booleans())
def test_every_record_of_a_file_is_a_row_or_separated_or_the_file_is_refused(tmp_path_factory, lines, end, last):
    folder = tmp_path_factory.mktemp("files")
    # No space before a quote: DuckDB reads the quote as the beginning of the field, RFC 4180 does not.
    text = end.join(["a,b", *lines]) + (end if last else "")
    made = contract(folder, properties=[{**TEXT, "name": "a"}, {**TEXT, "name": "b"}])
    write_csv(folder, text)
    with open_database() as connection:
        (table,) = load(connection, made, folder / "data" / "incidents")
    if table.problems:
        return
    try:
        records = [each for each in csv.reader(io.StringIO(text, newline=""), strict=True) if each][1:]
    except csv.Error:
        return  # DuckDB reads some that Python's reader refuses
    assert table.rows + len(table.rejected) == len(records)
