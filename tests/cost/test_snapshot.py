"""The price snapshot: every price has its source, unit and date, and none is an outlier."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bluelamp.core.problems import SettingsError
from bluelamp.cost.refresh import meters, outliers
from bluelamp.pricing.snapshot import FILE, HEADINGS, MONTHS, Price, _machines, load, sources, text_of, vcpus
from tests.cost.estates import cost_of, resource

PRICES = load().by_key


def test_every_price_has_a_source_a_unit_and_a_date() -> None:
    for price in PRICES.values():
        assert price.gbp > 0, price.key
        assert price.unit in MONTHS, price.key
        assert price.source in sources(), price.key
        assert date(2022, 1, 1) <= price.dated <= date(2026, 11, 30), price.key
        # A converted price states its original price.
        assert price.source == "retail" or "USD" in price.note, price.key


def test_no_size_is_an_outlier_for_its_vcpus() -> None:
    sizes = {f"{region} {key}": (each.note, each.gbp) for (region, key), each in _machines().items()}
    assert len(sizes) > 2_000
    assert outliers(sizes) == {}
    assert load().machine("uksouth", "Standard_D4as_v5") is None
    assert vcpus("Standard_E16-4ads_v5") == 16
    assert vcpus("Basic") == 0


def test_pounds_and_dollars_agree_where_both_are_known() -> None:
    for size in ("D2s", "D4s", "D8s", "E4s"):
        machine = load().machine("uksouth", f"Standard_{size}_v5")
        assert machine is not None
        assert machine.gbp == PRICES[f"vm-{size.lower()}-v5-linux"].gbp


def test_refreshed_meters_are_those_of_the_snapshot_or_say_their_unit() -> None:
    assert len({each.key for each in meters()}) == len(meters())
    for each in meters():
        assert each.key in PRICES or each.unit in MONTHS, each.key


def test_a_price_is_old_after_90_days() -> None:
    price = Price("a", "a", "hour", Decimal(1), "uksouth", "retail", date(2026, 9, 1))
    assert not price.is_stale(date(2026, 9, 1) + timedelta(days=90))
    assert price.is_stale(date(2026, 9, 1) + timedelta(days=91))
    (line,) = cost_of([resource("monitor:MetricAlert")]).lines
    assert (line.stale, line.source, str(line.dated)) == (True, "infracost", "2024-12-31")


def write(root: Path, text: str) -> Path:
    path = root / FILE
    path.parent.mkdir()
    path.write_text(text)
    return root


def test_a_projects_own_prices_replace_those_of_the_same_key(tmp_path: Path) -> None:
    own = Price("bastion-basic", "Bastion", "hour", Decimal("0.2"), "uksouth", "retail", date(2026, 11, 1))
    found = load(write(tmp_path, text_of({own.key: own})))
    assert found.find("bastion-basic") == own
    assert found.find("bastion-standard") == load().find("bastion-standard")


def test_every_mistake_in_a_projects_prices_is_reported_at_once(tmp_path: Path) -> None:
    rows = [
        "a,a,hour,1,uksouth,retail,2026-11-01,",
        "a,a,hour,1,uksouth,retail,2026-11-01,",
        "b,b,week,1,uksouth,retail,2026-11-01,",
        "c,c,hour,-1,uksouth,retail,2026-11-01,",
        "d,d,hour,nan,uksouth,retail,2026-11-01,",
        "e,e,hour,cheap,uksouth,retail,2026-11-01,",
        "f,f,hour,1,uksouth,retail,yesterday,",
        "g,g,hour",
    ]
    write(tmp_path, "\n".join([",".join(HEADINGS), *rows]))
    with pytest.raises(SettingsError) as raised:
        load(tmp_path)
    assert [problem.line for problem in raised.value.problems] == [3, 4, 5, 6, 7, 8, 9]


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n"])
def test_a_file_with_other_headings_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match="wrong headings"):
        load(write(tmp_path, text))


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("gbp", "1E+999999", "is not a price; allowed: a decimal number above 0"),
        ("gbp", "9" * 15, "is not a price; allowed: a decimal number above 0"),
        ("gbp", "1_000", "is not a price; allowed: a decimal number above 0"),
        ("gbp", "\u0663", "is not a price; allowed: a decimal number above 0"),
        ("date", "2099-01-01", "is in the future"),
        ("date", "2026-W01-1", "is not a date"),
        ("note", "\x1b[31mred", "control character"),
        ("note", "n" * 200_000, "is not CSV"),
    ],
)
def test_a_damaged_price_is_refused_with_its_line(tmp_path: Path, column: str, value: str, message: str) -> None:
    row = dict(
        zip(HEADINGS, ("firewall-premium", "w", "hour", "1.3", "uksouth", "retail", "2026-10-10", "n"), strict=True)
    )
    path = tmp_path / FILE
    path.parent.mkdir()
    path.write_text(f"{','.join(HEADINGS)}\n{','.join({**row, column: value}.values())}\n", "utf-8")
    with pytest.raises(SettingsError, match=message) as raised:
        load(tmp_path)
    assert raised.value.problems[0].line == 2
