"""The single view: mappings, quarantine, entities that name their rows, and publication in one step."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bluelamp.core.problems import SettingsError
from bluelamp.workloads.quality import load, open_database
from bluelamp.workloads.single_view import build, open_view, people, read_mappings, stage, view
from tests.thorough import tries
from tests.workloads.contracts import contract, write_csv

PROPERTIES: list[dict[str, Any]] = [
    {"name": each, "logicalType": "string"} for each in ("id", "month", "kind", "place", "spare")
]
MAPPING = """\
source: incidents
table: log
entities:
  - kind: event
    type: incident
    identifier: [id]
    attributes:
      month: {column: month, as: month, required: true}
      category: kind
  - kind: location
    type: place
    identifier: [place]
    withoutIdentifier: skip
    attributes: {name: place}
notMapped:
  spare: not in use
"""
GOOD = "id,month,kind,place,spare\na,2026-01,Theft,Mill,\n,2026-01,ASB,Mill,\n,2026-01,ASB,Mill,\na,2026-02,Theft,,\n"


def mapping(folder, text=MAPPING, name="log.yaml"):
    path = folder / "mappings" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def built(folder, made, **more):
    mappings = read_mappings(folder / "mappings", folder, [made])
    return build([made], mappings, folder / "data", folder / "view", subject="test", as_of=date(2026, 3, 1), **more)


def ask(folder, query):
    with open_view(folder / "view") as connection:
        return connection.execute(query).fetchall()


@pytest.fixture
def made(tmp_path):
    mapping(tmp_path)
    write_csv(tmp_path, GOOD)
    return contract(tmp_path, properties=PROPERTIES)


def test_only_an_identifier_makes_rows_one_entity(tmp_path, made):
    found = built(tmp_path, made)
    assert found.published is not None
    assert found.published.entities == {"incident": 3, "place": 1}
    assert found.staged[0].repeated == {"incident": 1}
    rows = ask(tmp_path, "SELECT entity, month, category, [each.row for each in sources] FROM incident ORDER BY entity")
    assert rows == [
        ("incident:a", "2026-01", "Theft", [1, 4]),
        ("incident:incidents:log.csv:2", "2026-01", "ASB", [2]),
        ("incident:incidents:log.csv:3", "2026-01", "ASB", [3]),
    ]


def test_every_row_of_the_view_names_its_source_rows(tmp_path, made):
    built(tmp_path, made)
    found = ask(tmp_path, "SELECT kind, type, attributes, sources FROM single_view WHERE type = 'place'")
    source = {"asset": "incidents", "table": "log", "file": "log.csv"}
    assert found == [("location", "place", {"name": "Mill"}, [source | {"row": row} for row in (1, 2, 3)])]
    assert ask(tmp_path, "SELECT count(*) FROM provenance") == [(7,)]
    assert ("incident:a", "place:Mill") in ask(tmp_path, "SELECT entity, related FROM related")


def test_parquet_has_the_content_of_the_view(tmp_path, made):
    import duckdb

    built(tmp_path, made)
    rows = (
        duckdb.connect()
        .execute(f"SELECT entity, type FROM read_parquet('{tmp_path}/view/single_view.parquet') ORDER BY ALL")
        .fetchall()
    )
    assert rows == ask(tmp_path, "SELECT entity, type FROM single_view ORDER BY ALL")


def test_invalid_rows_are_in_quarantine_with_every_reason(tmp_path, made):
    write_csv(tmp_path, GOOD + "b,2026-13,Theft,Mill,\n,,ASB,Mill,\nshort\n")
    found = built(tmp_path, made)
    assert found.published is not None
    assert found.published.quarantined == 3
    rows = ask(tmp_path, 'SELECT file, "row", line, reasons FROM quarantine ORDER BY "row" NULLS LAST')
    assert rows == [
        ("log.csv", 5, None, ["month is not a month: 2026-13"]),
        ("log.csv", 6, None, ["month is missing"]),
        ("log.csv", None, 8, ["has 1 fields instead of 5"]),
    ]
    result = json.loads((tmp_path / "view" / "single_view.json").read_text(encoding="utf-8"))
    assert (result["sources"][0]["rows"], result["sources"][0]["staged"]) == (7, 4)


def test_a_failed_contract_leaves_the_last_view(tmp_path, made):
    built(tmp_path, made)
    before = ask(tmp_path, "SELECT * FROM single_view ORDER BY entity")
    write_csv(tmp_path, "id,month,kind,place\n")
    found = built(tmp_path, made)
    assert found.published is None
    assert "column 'spare' of the contract is missing" in found.blocked["incidents"][0]
    assert ask(tmp_path, "SELECT * FROM single_view ORDER BY entity") == before


def test_an_empty_source_is_not_published(tmp_path, made):
    write_csv(tmp_path, "id,month,kind,place,spare\n")
    strict = contract(
        tmp_path,
        properties=[*PROPERTIES[:4], PROPERTIES[4] | {"quality": [{"metric": "nullValues", "mustBeGreaterThan": 0}]}],
    )
    assert built(tmp_path, strict).published is None


@pytest.mark.parametrize("step", ["_links", "_complete", "_reconcile"])
def test_an_interrupted_run_leaves_the_last_view(tmp_path, made, monkeypatch, step):
    built(tmp_path, made)
    write_csv(tmp_path, GOOD.replace("Theft", "Robbery"))

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(view, step, stop)
    with pytest.raises(KeyboardInterrupt):
        built(tmp_path, made)
    monkeypatch.undo()
    assert ask(tmp_path, "SELECT DISTINCT category FROM incident ORDER BY ALL") == [("ASB",), ("Theft",)]
    assert {each.name for each in tmp_path.iterdir()} == {"contracts", "data", "mappings", "view"}
    built(tmp_path, made)
    assert ask(tmp_path, "SELECT DISTINCT category FROM incident ORDER BY ALL") == [("ASB",), ("Robbery",)]


def test_lost_rows_are_never_published(tmp_path, made, monkeypatch):
    built(tmp_path, made)
    write_csv(tmp_path, GOOD.replace("Theft", "Robbery"))
    honest = stage._insert
    monkeypatch.setattr(stage, "_insert", lambda *given: honest(*given) + 1)
    with pytest.raises(view.LostRowsError):
        built(tmp_path, made)
    assert ask(tmp_path, "SELECT count(*) FROM incident WHERE category = 'Robbery'") == [(0,)]


def test_the_view_opens_under_any_name(tmp_path, made):
    built(tmp_path, made)
    (tmp_path / "view").rename(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / view.FILE).rename(tmp_path / "elsewhere" / "copy.duckdb")
    import duckdb

    connection = duckdb.connect(str(tmp_path / "elsewhere" / "copy.duckdb"), read_only=True)
    assert connection.execute("SELECT count(*) FROM related").fetchall() == [(3,)]


@pytest.mark.parametrize(
    ("old", "new", "path", "message"),
    [
        ("kind: event", "kind: evnt", "entities[0].kind", "did you mean event?"),
        ("source: incidents", "source: incident", "source", "did you mean incidents?"),
        ("table: log", "table: logs", "table", "did you mean log?"),
        ("category: kind", "category: kin", "entities[0].attributes.category", "did you mean kind?"),
        ("column: month,", "column: mnth,", "entities[0].attributes.month.column", "did you mean month?"),
        ("identifier: [id]", "identifier: [ident]", "entities[0].identifier[0]", "no column 'ident'"),
        ("as: month", "as: moth", "entities[0].attributes.month.as", "did you mean month?"),
        ("spare: not in use", "spar: not in use", "notMapped.spar", "did you mean spare?"),
        ("category: kind", "sources: kind", "entities[0].attributes.sources", "is a column of the view"),
        ("type: incident", "type: In cident", "entities[0].type", "is not the name of a type"),
        ("type: place", "type: incident", "entities[1].type", "another kind or link"),
        ("    identifier: [place]\n", "", "entities[1].withoutIdentifier", "every row would be skipped"),
        ("type: incident", "type: incident\n    link: people", "entities[0].link", "kind person"),
        (
            "    identifier: [place]",
            "    link: addresses\n    identifier: [place]",
            "entities[1].attributes",
            "house_number",
        ),
        ("notMapped", "notmapped", "notmapped", "did you mean notMapped?"),
    ],
)
def test_a_wrong_mapping_names_line_path_and_next_step(tmp_path, made, old, new, path, message):
    mapping(tmp_path, MAPPING.replace(old, new, 1))
    with pytest.raises(SettingsError) as error:
        read_mappings(tmp_path / "mappings", tmp_path, [made])
    problem = next(each for each in error.value.problems if each.path == path)
    assert problem.file == "mappings/log.yaml"
    assert message in str(problem)


def test_every_mistake_in_every_mapping_is_reported(tmp_path, made):
    mapping(tmp_path, MAPPING.replace("kind: event", "kind: evnt"))
    mapping(tmp_path, "source: [", "other.yaml")
    with pytest.raises(SettingsError) as error:
        read_mappings(tmp_path / "mappings", tmp_path, [made])
    assert {each.file for each in error.value.problems} == {"mappings/log.yaml", "mappings/other.yaml"}
    with pytest.raises(SettingsError, match="holds no mapping"):
        read_mappings(tmp_path / "nothing", tmp_path, [made])


VALUE = st.sampled_from(["", "a", "b", "2026-01", "2026-02", "2026-99", "x'y"])


@settings(
    derandomize=True, deadline=None, max_examples=tries(60), suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(st.lists(VALUE, min_size=4, max_size=6), min_size=1, max_size=10))
def test_no_row_disappears_uncounted(tmp_path, made, rows):
    write_csv(tmp_path, "id,month,kind,place,spare\n" + "".join(",".join(row) + "\n" for row in rows))
    [mapped] = read_mappings(tmp_path / "mappings", tmp_path, [made])
    with open_database() as connection:
        stage.prepare(connection, [mapped])
        [table] = load(connection, made, tmp_path / "data" / "incidents")
        staged = stage.stage(connection, mapped, table)
        [(kept,)] = connection.execute("SELECT count(*) FROM staged_incident").fetchall()
        [(places,)] = connection.execute("SELECT count(*) FROM staged_place").fetchall()
        [(refused,)] = connection.execute("SELECT count(*) FROM quarantine WHERE len(reasons) > 0").fetchall()
    assert staged.rows == len(rows) == kept + refused
    assert (staged.staged, staged.quarantined + staged.rejected) == (kept, refused)
    assert places + staged.without_identifier["place"] == kept


def test_generated_people_are_reproducible(tmp_path):
    first, second = people.generate(tmp_path / "a", 500), people.generate(tmp_path / "b", 500)
    assert first == second
    for system in people.SYSTEMS:
        assert (tmp_path / "a" / system / "people.csv").read_bytes() == (
            tmp_path / "b" / system / "people.csv"
        ).read_bytes()
    assert people.generate(tmp_path / "c", 500, seed=1) != first
    assert len(first) == 500
