"""What changed since last time, and that keeping it never costs a report."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bluelamp.policies import Severity
from bluelamp.reports import Report, Source
from bluelamp.reports.history import remember
from bluelamp.reports.selection import Selection
from bluelamp.reports.trend import Since

ReportOn = Callable[..., Report]
DAY = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def told(report_on: ReportOn, tmp_path: Path) -> Callable[..., Since]:
    """Remembers a report on boxes with these locks, as on a day, and returns what changed."""

    def made(day: int, *locks: str, **more: object) -> Since:
        report = replace(report_on(*locks, **more), ended=DAY + timedelta(days=day))
        remembered = remember([report], tmp_path / "history.duckdb")
        assert remembered.trouble == ""
        (one,) = remembered.reports
        assert one.since is not None
        return one.since

    return made


def names(keys: Sequence[str]) -> list[str]:
    return [key.rpartition("::")[2] for key in keys]


def test_the_first_report_has_nothing_before_it(told: Callable[..., Since]) -> None:
    since = told(0, "open", "shut")
    assert (since.previous, since.new, since.fixed, since.flapping) == (None, (), (), ())
    assert list(since.ages.values()) == [DAY]
    assert [run.broken for run in since.trend] == [1]


def test_new_fixed_and_still(told: Callable[..., Since]) -> None:
    told(0, "open", "open", "shut")
    since = told(1, "shut", "open", "open")
    assert since.previous is not None
    assert since.previous.time == DAY
    assert (names(since.new), names(since.fixed)) == (["box-2"], ["box-0"])
    ages = {names([key])[0]: moment for key, moment in since.ages.items()}
    assert ages == {"box-1": DAY, "box-2": DAY + timedelta(days=1)}
    assert [(run.time, run.broken, sum(run.counts.values())) for run in since.trend] == [
        (DAY, 2, 3),
        (DAY + timedelta(days=1), 2, 3),
    ]


def test_what_fails_again_after_it_was_mended_is_flapping_and_its_age_begins_anew(told: Callable[..., Since]) -> None:
    for day, lock in enumerate(["open", "open", "shut", "open"]):
        since = told(day, lock, "open")
    assert names(since.new) == names(since.flapping) == ["box-0"]
    ages = {names([key])[0]: moment for key, moment in since.ages.items()}
    assert ages == {"box-0": DAY + timedelta(days=3), "box-1": DAY}
    assert names(told(4, "open", "open").flapping) == ["box-0"]
    assert told(5, "shut", "open").flapping == ()


def test_a_resource_that_is_gone_counts_as_fixed(told: Callable[..., Since]) -> None:
    told(0, "shut", "open")
    assert names(told(1, "shut").fixed) == ["box-1"]


def test_only_like_is_compared_with_like(told: Callable[..., Since]) -> None:
    told(0, "open")
    for day, other in enumerate(
        ({"force": "kent"}, {"source": Source.STATE}, {"selection": Selection(severity=Severity.HIGH)}), 1
    ):
        assert told(day, "open", "open", **other).previous is None
    assert names(told(9, "open", "open").new) == ["box-1"]


def test_several_reports_are_kept_at_once(report_on: ReportOn, tmp_path: Path) -> None:
    file = tmp_path / "deep" / "history.duckdb"
    for _ in range(2):
        remembered = remember([report_on("open", force="essex"), report_on("open", force="kent")], file)
    assert [len(each.since.trend) for each in remembered.reports if each.since] == [2, 2]


def test_the_change_is_in_the_json(report_on: ReportOn, tmp_path: Path) -> None:
    file = tmp_path / "history.duckdb"
    remember([report_on("shut")], file)
    (report,) = remember([report_on("open")], file).reports
    said = report.as_dict()["sinceLast"]
    assert said["new"] == [report.findings[0].key]
    assert said["trend"][0]["counts"]["pass"] == 1
    assert said["previous"]["broken"] == 0


@pytest.mark.parametrize(
    "damage", [lambda _: b"no database", lambda was: was[:3000], lambda was: was[:4096] + b"x" * 9000]
)
def test_a_damaged_history_costs_no_report(
    report_on: ReportOn, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    file = tmp_path / "history.duckdb"
    remember([report_on("open")], file)
    file.write_bytes(damage(file.read_bytes()))
    report = report_on("open")
    remembered = remember([report], file)
    assert remembered.reports == (report,)
    assert f"{file}: cannot be used" in remembered.trouble
    assert "move it away to start a new one" in remembered.trouble


def test_a_history_that_another_process_has_costs_no_report(report_on: ReportOn, tmp_path: Path) -> None:
    file = tmp_path / "history.duckdb"
    code = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        report = report_on("open")
        remembered = remember([report], file, patience=0)
        other.communicate("")
    assert remembered.reports == (report,)
    assert remembered.trouble == f"{file}: another process has it open; changes since the last run are not reported"
    assert remember([report], file).trouble == ""


def test_a_history_that_cannot_be_written_costs_no_report(report_on: ReportOn, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    remembered = remember([report_on("open")], tmp_path / "file" / "history.duckdb")
    assert len(remembered.reports) == 1
    assert "cannot be written" in remembered.trouble
