"""Demand from a view: every event is counted, a model must beat the baselines to be published, and its intervals hold."""

import json
import sys
from dataclasses import replace

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.core.problems import SettingsError
from bluelamp.workloads import patterns
from bluelamp.workloads.patterns import Demand, backtest, gamma_poisson
from bluelamp.workloads.patterns.__main__ import main
from bluelamp.workloads.patterns.backtest import deviance
from bluelamp.workloads.patterns.demand import Place
from bluelamp.workloads.patterns.model import last_year
from bluelamp.workloads.patterns.run import next_month
from tests.thorough import tries
from tests.workloads.patterns.views import FORCE, TYPES, areas, drawn, events, write_view

JULYS = ("2016-07", "2017-07", "2018-07")
MANY = settings(derandomize=True, deadline=None, max_examples=tries(150), database=None)


def demand(counts: dict[tuple[str, str, int], int], months: tuple[str, ...], count: int) -> Demand:
    """The demand for given counts, without a view."""
    named = tuple(f"area-{n}" for n in range(count))
    table = {
        type_: {month: [counts[type_, month, area] for area in range(count)] for month in months} for type_ in TYPES
    }
    return Demand("lsoa", named, {each: Place(each, "one") for each in named}, TYPES, months, table)


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """A view for which the model is right."""
    return write_view(tmp_path_factory.mktemp("good"), events(drawn(JULYS, 150)), areas(150))


@pytest.fixture(scope="module")
def same(tmp_path_factory):
    """A view in which every year is the same, so that nothing is better than last year."""
    first = drawn(JULYS[:1], 80, mean=6)
    counts = {(type_, month, area): n for (type_, _, area), n in first.items() for month in JULYS}
    return write_view(tmp_path_factory.mktemp("same"), events(counts), areas(80))


def test_a_model_that_beats_the_baselines_is_published(good, tmp_path):
    found = patterns.run(good, force=FORCE)
    for each in found.results:
        assert each.backtest.usable
        assert each.backtest.best is not None
        assert each.backtest.model is not None
        assert each.backtest.model.deviance < each.backtest.best.deviance
        assert (each.backtest.month, each.backtest.history) == ("2018-07", JULYS[:2])
        assert each.forecast is not None
        assert (each.forecast.month, each.forecast.history) == ("2019-07", JULYS)
    assert patterns.publish(found, tmp_path)
    rows = duckdb.sql(
        f"SELECT geography, count(*), count(DISTINCT area), sum(expected), bool_and(low_95 <= low_80 AND low_80 <= high_80 "
        f"AND high_80 <= high_95) FROM '{tmp_path}/forecast/demand.parquet' GROUP BY ALL ORDER BY 1"
    ).fetchall()
    newest = found.lsoa.demand.total("2018-07")
    assert [(each[0], each[4]) for each in rows] == [("h3", True), ("lsoa", True)]
    assert rows[1][1:3] == (150 * len(TYPES), 150)
    assert [each[3] for each in rows] == pytest.approx([newest, newest])


def test_a_model_that_does_not_beat_the_best_baseline_is_not_published(same, good, tmp_path):
    assert patterns.publish(patterns.run(good, force=FORCE), tmp_path)
    before = {each.name: each.read_bytes() for each in (tmp_path / "forecast").iterdir()}
    found = patterns.run(same, force=FORCE)
    for each in found.results:
        assert not each.backtest.usable
        assert each.backtest.verdict.startswith("not usable: deviance")
        assert "(last year)" in each.backtest.verdict
        assert each.forecast is None
    assert not patterns.publish(found, tmp_path)
    assert {each.name: each.read_bytes() for each in (tmp_path / "forecast").iterdir()} == before
    assert not patterns.publish(found, tmp_path / "new")
    assert sorted(each.name for each in (tmp_path / "new").iterdir()) == ["evaluation.json", "model-card.json"]
    evaluation = json.loads((tmp_path / "new" / "evaluation.json").read_text(encoding="utf-8"))
    assert [each["usable"] for each in evaluation["geographies"]] == [False, False]
    card = json.loads((tmp_path / "new" / "model-card.json").read_text(encoding="utf-8"))
    assert card["status"] == "not usable, not published"


@pytest.mark.parametrize("model", ["last year", "nonsense", "impossible"])
def test_no_other_model_passes_the_gate_either(good, tmp_path, model):
    def made(given_demand, history, month):
        plain = last_year(given_demand, history, month)
        if model == "nonsense":
            return replace(plain, means={type_: [50.0] * len(each) for type_, each in plain.means.items()})
        return (
            plain
            if model == "impossible"
            else replace(
                plain, means={type_: [max(each, 0.5) for each in found] for type_, found in plain.means.items()}
            )
        )

    found = patterns.run(good, force=FORCE, model=made)
    assert not found.usable
    assert not patterns.publish(found, tmp_path)
    assert not (tmp_path / "forecast").exists()
    json.loads((tmp_path / "evaluation.json").read_text(encoding="utf-8"), parse_constant=pytest.fail)


def test_luck_is_not_skill():
    months = JULYS
    found, _ = backtest(demand(drawn(months, 3, mean=20), months, 3))
    assert not found.usable or found.margin > 2 * found.standard_error
    lucky = replace(found, margin=0.1, standard_error=0.06)
    assert not lucky.usable
    assert "does not beat beyond chance" in lucky.verdict
    single, _ = backtest(demand(drawn(months, 1), months, 1))
    assert not single.usable


@pytest.mark.parametrize(
    ("months", "reason"),
    [(("2018-07",), "1 months are known"), (("2017-06", "2017-07", "2018-07"), "3 months are known")],
)
def test_without_enough_years_nothing_is_tested_and_nothing_published(tmp_path, months, reason):
    view = write_view(tmp_path / "view", events(drawn(months, 20)), areas(20))
    found = patterns.run(view, force=FORCE)
    assert not found.usable
    assert reason in found.lsoa.backtest.reason
    assert main([str(view), str(tmp_path / "out"), "--force", FORCE]) == 3


def test_every_event_is_counted(tmp_path):
    counted = drawn(JULYS, 20)
    more = [
        ("Drugs", "2018-07", None, None, None),
        ("Drugs", "2018-07", "E01000001", None, None),
        ("Drugs", "2018-07", "E01999999", -0.5, 53.5),
        ("Drugs", "2018-07", "E01000999", -0.5, 53.5),
    ]
    others = [*areas(20), ("E01000999", "Elsewhere", "Other", "Othershire")]
    view = write_view(tmp_path, [*events(counted), *more], others)
    account = patterns.count(view, force=FORCE).account
    assert (account.used, account.without_location, account.outside) == (sum(counted.values()), 2, 2)
    assert account.events == account.used + account.without_location + account.outside
    found = patterns.count(view, force=FORCE)
    for each in (found.lsoa, found.h3):
        assert sum(each.total(month) for month in each.months) == account.used
    assert patterns.count(view).account.outside == 1


@MANY
@given(
    seed=st.integers(0, 10**6),
    count=st.integers(1, 12),
    years=st.lists(st.integers(2000, 2030), min_size=2, max_size=6, unique=True),
    mean=st.floats(0, 8),
)
def test_the_expected_value_is_last_years_level_and_nothing_is_impossible(seed, count, years, mean):
    months = tuple(f"{each}-07" for each in sorted(years))
    given_demand = demand(drawn(months, count, seed=seed, mean=mean), months, count)
    expected = gamma_poisson(given_demand, months, f"{int(months[-1][:4]) + 1}-07")
    for type_ in TYPES:
        level = given_demand.total(months[-1], type_)
        assert expected.total(type_) == pytest.approx(level or 0.5)
        assert all(each > 0 for each in expected.means[type_])
        narrow, wide = expected.interval_of([type_])
        assert wide.low <= narrow.low <= narrow.high <= wide.high
    assert expected.drift >= 0


@settings(derandomize=True, deadline=None, max_examples=12, database=None)
@given(seed=st.integers(0, 10**6))
def test_intervals_have_their_coverage_if_the_model_is_right(seed):
    months = tuple(f"{year}-07" for year in range(2010, 2015))
    found, expected = backtest(demand(drawn(months, 200, seed=seed), months, 200))
    assert expected is not None
    for each in found.coverage:
        assert each.level <= each.expected
        assert abs(each.observed - each.expected) < 0.04
    by_fifth = [each for each in found.groups if each.kind == "fifth"]
    assert sum(each.cells for each in by_fifth) == found.cells
    assert sum(each.observed for each in by_fifth) == found.observed


def test_a_level_that_changes_widens_the_intervals():
    steady = drawn(JULYS, 40, mean=8)
    rising = {key: n * (1 + 2 * JULYS.index(key[1])) for key, n in steady.items()}
    calm, wild = (gamma_poisson(demand(each, JULYS, 40), JULYS, "2019-07") for each in (steady, rising))
    assert wild.drift > calm.drift * 3
    [_, calm_wide], [_, wild_wide] = calm.interval_of(TYPES), wild.interval_of(TYPES)
    assert wild_wide.high / wild.total() > 1.5 * calm_wide.high / calm.total()


def test_a_type_missing_from_the_history_may_occur():
    counts = drawn(JULYS, 10)
    new = {key: (n if key[0] != "Drugs" or key[1] == "2018-07" else 0) for key, n in counts.items()}
    found, _ = backtest(demand(new, JULYS, 10))
    assert found.model is not None
    assert found.model.deviance < 100


def test_the_poisson_deviance_is_correct():
    assert deviance(3, 3) == 0
    assert deviance(0, 2) == 4
    assert deviance(0, 0) == 0
    assert deviance(1, 0) == float("inf")
    assert deviance(4, 2) == pytest.approx(2 * (4 * 0.6931471805599453 - 2))


@pytest.mark.parametrize(
    ("months", "expected"),
    [
        (JULYS, "2019-07"),
        ([f"{year}-{month:02d}" for year in (2016, 2017, 2018) for month in range(1, 13)], "2019-01"),
        (["2016-01", "2016-02", "2017-01", "2017-02", "2018-01"], "2018-02"),
        (["2018-07"], None),
    ],
)
def test_the_next_month_is_the_first_with_earlier_years(months, expected):
    assert next_month(months) == expected


def broken(tmp_path, kind):
    view = tmp_path / "view"
    if kind != "no view":
        write_view(view, events(drawn(JULYS, 3)) if kind != "empty" else [], areas(3))
    if kind == "not a database":
        (view / "single_view.duckdb").write_text("no database", encoding="utf-8")
    statements = {
        "no events": "DROP TABLE crime",
        "no position": "ALTER TABLE crime DROP COLUMN longitude",
        "no areas": "DROP TABLE lsoa",
    }
    if kind in statements:
        with duckdb.connect(str(view / "single_view.duckdb")) as connection:
            connection.execute(statements[kind])
    return view


@pytest.mark.parametrize(
    ("kind", "force", "message"),
    [
        ("no view", None, "holds no published view; build the single view first"),
        ("not a database", None, "cannot be read"),
        ("no events", None, "has no type 'crime'"),
        ("no position", None, "crime has no attribute longitude"),
        ("no areas", None, "has no type 'lsoa'"),
        ("empty", None, "holds no event with a location"),
        ("good", "Nowhere", "knows no such force (found 'Nowhere')"),
    ],
)
def test_an_unusable_view_is_refused(tmp_path, capsys, kind, force, message):
    view = broken(tmp_path, kind)
    with pytest.raises(SettingsError) as error:
        patterns.run(view, force=force)
    assert message in str(error.value)
    assert main([str(view), str(tmp_path / "out"), *(["--force", force] if force else [])]) == 2
    shown = capsys.readouterr()
    assert str(view) in shown.err
    assert message in shown.err
    assert not (tmp_path / "out").exists()


def test_the_workload_runs_as_a_command(good, tmp_path, capsys):
    assert main([str(good), str(tmp_path / "out"), "--force", FORCE, "--resolution", "6"]) == 0
    shown = capsys.readouterr().out
    assert "lsoa: usable" in shown
    assert "published" in shown
    assert sorted(each.name for each in (tmp_path / "out" / "forecast").iterdir()) == [
        "demand.parquet",
        "forecast.json",
    ]
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert main([str(good), str(tmp_path / "file"), "--force", FORCE]) == 1


def test_an_interrupted_publication_leaves_the_last_forecast(good, tmp_path, monkeypatch):
    found = patterns.run(good, force=FORCE)
    patterns.publish(found, tmp_path)
    before = (tmp_path / "forecast" / "forecast.json").read_bytes()

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("pyarrow.parquet.write_table", stop)
    with pytest.raises(KeyboardInterrupt):
        patterns.publish(found, tmp_path)
    assert (tmp_path / "forecast" / "forecast.json").read_bytes() == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["evaluation.json", "forecast", "model-card.json"]


def test_the_card_says_what_was_and_was_not_examined(good):
    card = patterns.card(patterns.run(good, force=FORCE))
    fields = {
        each["section"]: {field["field"]: field["value"] for field in each["fields"]} for each in card["sections"]
    }
    assert len(fields) == 10
    assert all(value for section in fields.values() for value in section.values())
    assert FORCE in fields["Summary information (tier 1)"]["Description"]
    assert "By LSOA: usable" in fields["Model specification (tier 2)"]["Model performance"]
    assert "By LSOA: usable" in fields["PoliceAI registry"]["Testing"]
    assert "Owner and responsibility (tier 2): Senior responsible owner" in card["incomplete"]
    assert [each["by"][:8] for each in card["fairness"]["examined"]] == ["types of", "district", "fifths o"]
    assert all(each["groups"] for each in card["fairness"]["examined"])
    assert any("Protected characteristics" in each for each in card["fairness"]["notExamined"])
    assert any(each.startswith("Season: the months are 2016-07, 2017-07, 2018-07.") for each in card["limits"])


def test_without_the_data_extra_the_command_names_it(good, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "h3", None)
    assert main([str(good), str(tmp_path / "out"), "--force", FORCE]) == 2
    assert "h3 is not installed; install the data extra" in capsys.readouterr().err
