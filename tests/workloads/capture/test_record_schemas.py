"""Schemas of records: every promise of a contract is in the schema or named, and both kinds of check agree."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from bluelamp.core.contracts import read_assets
from bluelamp.workloads.capture import check, fields, record_schemas, schema_group
from bluelamp.workloads.capture import patterns as expressions
from bluelamp.workloads.quality import execute
from tests.conftest import ROOT
from tests.workloads.contracts import contract, write_csv

TEXT = {"name": "x", "logicalType": "string"}


def schema_of(folder, *properties, **more):
    return record_schemas(contract(folder, properties=list(properties), **more))[0]


@pytest.mark.parametrize("force", ["west-midlands", "essex"])
def test_every_contract_of_a_register_has_valid_schemas_that_a_schema_group_accepts(force):
    made = [each for one in read_assets(ROOT, force) for each in record_schemas(one)]
    for each in made:
        Draft202012Validator.check_schema(dict(each.document))
        listed = each.table.properties or ()
        assert set(each.document["properties"]) == {one.name for one in listed}
        assert {one.name for one in listed if one.required or one.primaryKey} <= set(each.document.get("required", ()))
        form = fields(each)
        assert {one.path[0] for one in form.fields} | set(form.left) == set(each.document["properties"])
        rules = sum(len(one.quality or ()) for one in (each.table, *listed))
        strict = [one for one in listed for rule in one.quality or () if rule.metric in ("invalidValues", "nullValues")]
        assert len(each.not_expressed) >= rules - len(strict)
    group = schema_group(made)
    assert len({each.name for each in group}) == len(made)
    assert len({json.loads(each.content)["$id"] for each in group}) == len(made)


@pytest.mark.parametrize(
    ("column", "good", "bad"),
    [
        ({"logicalType": "string", "required": True}, ["a"], ["", None, 1, True]),
        ({"logicalType": "string"}, ["", None, "a"], [1, [], {}]),
        ({"logicalType": "string", "logicalTypeOptions": {"minLength": 2, "maxLength": 3}}, ["ab", "éàü"], ["a", "abcd"]),
        ({"logicalType": "string", "logicalTypeOptions": {"pattern": r"^\d$"}}, ["1"], ["1\n", "١", "12"]),
        ({"logicalType": "string", "logicalTypeOptions": {"format": "email"}}, ["a@b.example"], ["a@b", "a"]),
        ({"logicalType": "integer", "logicalTypeOptions": {"format": "u8"}}, [0, 255, 7.0], [-1, 256, 1.5, True, "1"]),
        ({"logicalType": "number", "logicalTypeOptions": {"multipleOf": 0.01}}, [4.35, 0.07, 3], [4.355]),
        ({"logicalType": "number", "logicalTypeOptions": {"exclusiveMinimum": 0}}, [0.1], [0, -1]),
        ({"logicalType": "boolean"}, [True, None], ["true", 1]),
        ({"logicalType": "date"}, ["2028-02-29"], ["2026-02-29", "20260101", "2026-01-01T00:00", "2026-1-1", "2026-01-01\n"]),
        (
            {"logicalType": "date", "logicalTypeOptions": {"minimum": "2026-01-01", "exclusiveMaximum": "2027-01-01"}},
            ["2026-01-01", "2026-12-31"],
            ["2025-12-31", "2027-01-01"],
        ),
        (
            {"logicalType": "timestamp", "logicalTypeOptions": {"timezone": True, "minimum": "2026-01-01T00:00:00Z"}},
            ["2026-01-01T00:00:00Z", "2025-12-31T23:30:00-01:00"],
            ["2026-01-01T00:00:00", "2026-01-01T00:30:00+01:00", "2026-01-01T24:00:00Z", "2026-13-01T00:00:00Z"],
        ),
        ({"logicalType": "timestamp"}, ["2026-01-01T00:00", "2026-01-01T00:00:01.5Z"], ["2026-01-01", "now"]),
        ({"logicalType": "time"}, ["23:59", "10:00:00"], ["24:01", "9:00"]),
        ({"logicalType": "string", "enum": [{"value": "a"}, {"value": "b"}]}, ["a", None], ["c", "A"]),
        ({"logicalType": "integer", "enum": [{"value": 1}, {"value": 2}]}, [1, 2], [3, "1"]),
        ({"logicalType": "array", "items": {"logicalType": "integer"}, "logicalTypeOptions": {"maxItems": 1}}, [[1], []], [["a"], [1, 2], 1]),
        ({"logicalType": "map", "map": {"key": TEXT | {"name": "k"}, "value": {"name": "v", "logicalType": "integer"}}}, [{"a": 1}], [{"a": "b"}]),
        ({"logicalType": "vector", "logicalTypeOptions": {"dimensions": 2}}, [[1, 2]], [[1]]),
        (
            {"logicalType": "object", "properties": [TEXT | {"name": "in", "required": True}]},
            [{"in": "a"}, None],
            [{}, {"in": "a", "more": 1}, {"in": ""}],
        ),
        ({"logicalType": "string", "quality": [{"metric": "nullValues", "mustBe": 0}]}, ["a"], [None, ""]),
        (
            {"logicalType": "string", "quality": [{"metric": "missingValues", "arguments": {"missingValues": ["N/A"]}, "mustBe": 0}]},
            ["a"],
            ["N/A", None],
        ),
        (
            {"logicalType": "string", "quality": [{"metric": "invalidValues", "arguments": {"validValues": ["a"]}, "unit": "percent", "mustBeLessThan": 1}]},
            ["a", None],
            ["b"],
        ),
    ],
)  # fmt: skip
def test_a_columns_promises_are_checked_on_its_values(tmp_path, column, good, bad):
    schema = schema_of(tmp_path, {"name": "x", **column}, TEXT | {"name": "id"})
    lines = [json.dumps({"id": str(number), "x": each}) for number, each in enumerate([*good, *bad])]
    (tmp_path / "in.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = check(schema, tmp_path / "in.jsonl", tmp_path / "out")
    accepted = (found.folder / "accepted.jsonl").read_text(encoding="utf-8").splitlines()
    assert accepted == lines[: len(good)]
    assert found.quarantined == len(bad)


@pytest.mark.parametrize(
    ("column", "what"),
    [
        (TEXT | {"unique": True}, "unique"),
        (TEXT | {"primaryKey": True}, "primaryKey"),
        (TEXT | {"logicalTypeOptions": {"format": "password"}}, "format: password"),
        (TEXT | {"logicalTypeOptions": {"pattern": "(?i)a"}}, "pattern '(?i)a': a group of a kind"),
        (TEXT | {"logicalTypeOptions": {"pattern": "("}}, "no regular expression"),
        (TEXT | {"logicalType": "date", "logicalTypeOptions": {"minimum": "2026"}}, "minimum: 2026"),
        (TEXT | {"logicalType": "date", "logicalTypeOptions": {"maximum": "2026-01-01"}}, "maximum: 2026-01-01"),
        (TEXT | {"logicalType": "date", "logicalTypeOptions": {"format": "dd/MM/yyyy"}}, "format: dd/MM/yyyy"),
        (TEXT | {"logicalType": "date"}, "exists in the calendar"),
        (TEXT | {"quality": [{"metric": "nullValues", "unit": "percent", "mustBeLessThan": 5}]}, "nullValues mustBeLessThan 5 percent"),
        (TEXT | {"quality": [{"metric": "duplicateValues", "mustBe": 0}]}, "duplicateValues mustBe 0"),
        (TEXT | {"quality": [{"metric": "invalidValues", "arguments": {"validValues": ["a"]}, "mustBe": 0, "severity": "warning"}]}, "invalidValues"),
        (TEXT | {"quality": [{"type": "sql", "query": "SELECT 1", "mustBe": 1, "name": "one"}]}, "sql mustBe 1 (one)"),
        (TEXT | {"quality": [{"type": "text", "description": "as on the form"}]}, "as on the form"),
        (TEXT | {"quality": [{"type": "custom", "engine": "soda", "implementation": "x"}]}, "custom"),
    ],
)  # fmt: skip
def test_promises_that_a_schema_cannot_express_are_named(tmp_path, column, what):
    schema = schema_of(tmp_path, column)
    assert any(what in each.what for each in schema.not_expressed), schema.not_expressed
    assert any(what in each["what"] for each in schema.document["x-notExpressed"])


COLUMNS: list[dict[str, Any]] = [
    TEXT | {"name": "p", "logicalTypeOptions": {"pattern": "^[a-c(-]+$", "maxLength": 3}},
    TEXT | {"name": "v", "enum": [{"value": "a"}, {"value": "b-1"}], "required": True},
    {"name": "n", "logicalType": "number", "logicalTypeOptions": {"minimum": -1, "exclusiveMaximum": 5, "multipleOf": 0.5}},
    {"name": "i", "logicalType": "integer", "logicalTypeOptions": {"maximum": 3}},
    {"name": "d", "logicalType": "date", "logicalTypeOptions": {"exclusiveMinimum": "2026-01-31"}},
]  # fmt: skip
ROW = st.fixed_dictionaries(
    {
        "p": st.sampled_from(["a", "(-", "abcd", "B", "a b", None]),
        "v": st.sampled_from(["a", "b-1", "A", "c"]),
        "n": st.sampled_from([-1.5, -1, 0.5, 0.25, 4.5, 5, None]),
        "i": st.integers(-5, 5) | st.none(),
        "d": st.dates().map(str) | st.sampled_from(["2026-01-31", "2026-02-01", "2026-02-30", "soon", None]),
    }
)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(rows=st.lists(ROW, min_size=1, max_size=40))
def test_capture_accepts_records_that_pass_the_quality_checks(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("both")
    made = contract(folder, properties=COLUMNS)
    (schema,) = record_schemas(made)
    (folder / "in.jsonl").write_text("".join(json.dumps(each) + "\n" for each in rows), encoding="utf-8")
    found = check(schema, folder / "in.jsonl", folder / "out")
    assert found.read == found.accepted + found.quarantined == len(rows)
    accepted = [json.loads(each) for each in (found.folder / "accepted.jsonl").read_text("utf-8").splitlines()]
    refused = [each for each in rows if each not in accepted]
    for chosen, faultless in ((accepted, True), (refused[:1], False)):
        if chosen:
            lines = [",".join("" if each[name] is None else str(each[name]) for name in "pvnid") for each in chosen]
            write_csv(folder, "p,v,n,i,d\n" + "\n".join(lines) + "\n")
            [asset] = execute([made], folder / "data", subject="test").assets
            assert asset.publishable is faultless, (chosen, [each for each in asset.results if each.reason])


@pytest.mark.parametrize(
    ("pattern", "browser"),
    [
        ("^[A-Z]{2}$", ".*(?:^[A-Z]{2}$).*"),
        (r"^[\w.-]+\-\_$", r".*(?:^[\w.\-]+-_$).*"),
        ("[(/|{&&-]", r".*(?:[\(\/\|\{&\&\-]).*"),
        ("a{,2}]", r".*(?:a\{,2}\]).*"),
    ],
)
def test_a_pattern_compiles_in_browsers(pattern, browser):
    assert expressions.problem(pattern) == ""
    assert expressions.for_browser(pattern) == browser


@pytest.mark.parametrize("pattern", ["(?i)a", "(?P<x>a)", "a++", r"a\Z", "[]a]", "(", "(?>a)", r"\p{L}", "a{2,1}"])
def test_a_pattern_of_one_dialect_only_is_refused(pattern):
    assert expressions.problem(pattern)
