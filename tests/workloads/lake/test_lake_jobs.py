"""Jobs that read and write the lake: the views of the policy, the single view, and the forecast."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from bluelamp.workloads.lake import Client, Lake, lake_path
from bluelamp.workloads.patterns.__main__ import main as patterns
from bluelamp.workloads.single_view import open_view
from bluelamp.workloads.single_view.__main__ import main as single_view
from bluelamp.workloads.views.__main__ import main as views
from tests.workloads.contracts import contract
from tests.workloads.lake.server import SIGNED_IN, Service, serving
from tests.workloads.patterns.views import FORCE, areas, drawn, events, write_view
from tests.workloads.single_view.test_single_view import GOOD, MAPPING, PROPERTIES

JULYS = ("2016-07", "2017-07", "2018-07")
PEOPLE = (
    "SELECT 'p1' AS entity, 'Ann' AS name, MAP {'name': 'Ann', 'height': '170'} AS attributes, "
    "[{'file': 'a.csv', 'row': 1}] AS sources"
)
CRIME = (
    "SELECT * FROM (VALUES ('2026-01', 'A'), ('2026-01', 'A'), ('2026-01', 'A'), ('2026-01', 'B')) AS t(month, area)"
)
FULL = {"asset": "people", "fileSystem": "published", "view": "full", "path": "people/full", "without": []}
MASK = {**FULL, "view": "no-names", "path": "people/no-names", "without": ["name"]}
OPEN = {
    "asset": "crime",
    "fileSystem": "published",
    "view": "open",
    "path": "crime/open",
    "counts": {"table": "crime", "by": ["month", "area"], "minimum": 3},
}


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A lake, with the test in the environment of its jobs."""
    (tmp_path / "token").write_text("token-of-the-account")
    with serving() as service:
        for name, value in service.environment(tmp_path / "token").items():
            monkeypatch.setenv(name, value)
        yield service


def publish(service: Service, work: Path, place: str, **tables: str) -> None:
    folder = work / place.replace("/", "-").replace(":", "-")
    folder.mkdir(exist_ok=True)
    for name, query in tables.items():
        duckdb.sql(f"COPY ({query}) TO '{folder / name}.parquet' (FORMAT parquet)")
    (folder / "notes.json").write_text("{}")
    found = lake_path(place)
    assert found is not None
    Lake(Client(service.address, lambda: SIGNED_IN)).publish(folder, found)


def rows(service: Service, work: Path, path: str) -> list[dict[str, Any]]:
    file = work / "read.parquet"
    file.write_bytes(service.files("published")[path])
    relation = duckdb.sql(f"SELECT * FROM '{file}'")
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


def wanted(work: Path, *views: dict[str, Any]) -> str:
    file = work / "views.json"
    file.write_text(json.dumps({"views": views}))
    return str(file)


def test_each_view_is_in_its_folder_under_its_own_name(
    service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(service, tmp_path, "lake:curated/people", person=PEOPLE, quarantine="SELECT 'Bob' AS row")
    publish(service, tmp_path, "lake:curated/crime", crime=CRIME)
    assert views([wanted(tmp_path, OPEN, FULL, MASK), "lake:curated", "lake:"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "published: lake:published/crime/open",
        "published: lake:published/people/full",
        "published: lake:published/people/no-names",
    ]
    published = {path for path in service.files("published") if not path.endswith("current.json")}
    assert published == {
        "crime/open/crime.parquet",
        "people/full/person.parquet",
        "people/full/notes.json",
        "people/full/quarantine.parquet",
        "people/no-names/person.parquet",
    }
    (full,) = rows(service, tmp_path, "people/full/person.parquet")
    (masked,) = rows(service, tmp_path, "people/no-names/person.parquet")
    assert full["name"] == "Ann"
    assert masked == {"entity": "p1", "attributes": {"height": "170"}, "sources": full["sources"]}
    assert rows(service, tmp_path, "crime/open/crime.parquet") == [
        {"month": "2026-01", "area": "A", "count": 3, "suppressed": False},
        {"month": "2026-01", "area": "B", "count": None, "suppressed": True},
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"without": ["surname"]}, "people: view no-names: no table has surname; correct the mask in access.yaml"),
        (
            {"without": ["row"]},
            "people: view no-names: person.parquet shows row within another column; give it a column",
        ),
    ],
)
def test_a_view_that_would_disclose_masked_data_is_not_published_and_others_are(
    service: Service, tmp_path: Path, change: dict[str, Any], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(service, tmp_path, "lake:curated/people", person=PEOPLE)
    publish(service, tmp_path, "lake:curated/crime", crime=CRIME)
    assert views([wanted(tmp_path, FULL, {**MASK, **change}, OPEN), "lake:curated", "lake:"]) == 1
    out, err = capsys.readouterr()
    assert err == f"{message}\n"
    assert out == "published: lake:published/crime/open\n"
    assert not [path for path in service.files("published") if path.startswith("people/")]


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ({"table": "crimes"}, "crime: view open: there is no table 'crimes'; publish crimes.parquet in crime"),
        ({"by": ["month", "ward"]}, "crime: view open: crime has no column ward; it has month, area"),
        ({"minimum": 2}, "crime: view open: minimum is 2; it must be at least 3"),
    ],
)
def test_open_data_that_cannot_be_counted_is_not_published(
    service: Service, tmp_path: Path, counts: dict[str, Any], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(service, tmp_path, "lake:curated/crime", crime=CRIME)
    given = {**OPEN, "counts": {**OPEN["counts"], **counts}}  # type: ignore[dict-item]
    assert views([wanted(tmp_path, given), "lake:curated", "lake:"]) == 1
    assert capsys.readouterr().err == f"{message}\n"
    assert service.files("published") == {}


def test_an_asset_that_no_job_published_is_named(
    service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert views([wanted(tmp_path, FULL), "lake:curated", "lake:"]) == 1
    assert capsys.readouterr().err == (
        "people: lake:curated/people: nothing is published there; run the job that publishes it first\n"
    )
    assert views([str(tmp_path / "none.json"), "lake:curated", "lake:"]) == 2


def test_views_are_written_locally_as_well(tmp_path: Path) -> None:
    folder = tmp_path / "assets" / "crime"
    folder.mkdir(parents=True)
    duckdb.sql(f"COPY ({CRIME}) TO '{folder}/crime.parquet' (FORMAT parquet)")
    assert views([wanted(tmp_path, OPEN), str(tmp_path / "assets"), str(tmp_path / "out")]) == 0
    assert [each.name for each in (tmp_path / "out" / "crime" / "open").iterdir()] == ["crime.parquet"]


def test_a_failed_job_leaves_the_last_forecast_and_gives_the_reason(
    service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = "lake:curated/demand-forecast"
    assert patterns(["lake:curated/single-view", out]) == 1
    assert capsys.readouterr().err.startswith("lake:curated/single-view: nothing is published there")
    publish(service, tmp_path, "lake:curated/single-view", other=CRIME)
    publish(service, tmp_path, out, demand=CRIME)
    before = service.files("curated")
    assert patterns(["lake:curated/single-view", out]) == 2
    assert service.files("curated") == before
    assert patterns(["lake:curated", out]) == 1
    assert "lake:curated: is not a folder of the lake" in capsys.readouterr().err


def test_a_single_view_is_built_from_the_lake_and_into_it(
    service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contract(tmp_path, properties=PROPERTIES, quality=[{"metric": "rowCount", "mustBeGreaterThan": 0}])
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "log.yaml").write_text(MAPPING)
    service.write("landing", "sources/incidents/log.csv", GOOD.encode())
    words = [
        str(tmp_path / "contracts"),
        str(tmp_path / "mappings"),
        "lake:landing/sources",
        "lake:curated/single-view",
    ]
    words += ["--subject", "test", "--as-of", "2026-03-01"]
    assert single_view(words) == 0, capsys.readouterr().err
    place = lake_path("lake:curated/single-view")
    assert place is not None
    lake, found = Lake(Client(service.address, lambda: SIGNED_IN)), tmp_path / "found"
    found.mkdir()
    lake.fetch(place, found)
    with open_view(found) as connection:
        assert connection.execute("SELECT count(*) FROM incident").fetchall() == [(3,)]
    # A source without rows breaks its contract: the last view stays.
    before = service.files("curated")
    service.write("landing", "sources/incidents/log.csv", GOOD.splitlines()[0].encode() + b"\n")
    capsys.readouterr()
    assert single_view(words) == 3
    assert "incidents: " in capsys.readouterr().err
    assert service.files("curated") == before
    assert single_view([*words[:2], "lake:landing/none", *words[3:]]) == 1
    assert "landing/none: the lake answers 404 PathNotFound; check the path" in capsys.readouterr().err


def test_a_forecast_is_made_from_the_lake_and_into_it(service: Service, tmp_path: Path) -> None:
    view = write_view(tmp_path / "view", events(drawn(JULYS, 150)), areas(150))
    source, place = lake_path("lake:curated/single-view"), lake_path("lake:curated/demand-forecast")
    assert source is not None
    assert place is not None
    lake = Lake(Client(service.address, lambda: SIGNED_IN))
    lake.publish(view, source)
    assert patterns(["lake:curated/single-view", "lake:curated/demand-forecast", "--force", FORCE]) == 0
    current = lake.current(place)
    assert current is not None
    assert set(current.files) == {
        "evaluation.json",
        "model-card.json",
        "forecast/demand.parquet",
        "forecast/forecast.json",
    }
