"""Changes since the last report; problems with the history never prevent a report."""

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
def record(report_on: ReportOn, tmp_path: Path) -> Callable[..., Since]:
    """Records a report on boxes with these locks, as of a date, and returns the changes."""

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


def test_the_first_report_has_no_predecessor(record: Callable[..., Since]) -> None:
    since = record(0, "open", "shut")
    assert (since.previous, since.new, since.fixed, since.flapping) == (None, (), (), ())
    assert list(since.ages.values()) == [DAY]
    assert [run.broken for run in since.trend] == [1]


def test_new_fixed_and_still(record: Callable[..., Since]) -> None:
    record(0, "open", "open", "shut")
    since = record(1, "shut", "open", "open")
    assert since.previous is not None
    assert since.previous.time == DAY
    assert (names(since.new), names(since.fixed)) == (["box-2"], ["box-0"])
    ages = {names([key])[0]: moment for key, moment in since.ages.items()}
    assert ages == {"box-1": DAY, "box-2": DAY + timedelta(days=1)}
    assert [(run.time, run.broken, sum(run.counts.values())) for run in since.trend] == [
        (DAY, 2, 3),
        (DAY + timedelta(days=1), 2, 3),
    ]


def test_a_failure_that_returns_is_flapping_and_its_age_restarts(record: Callable[..., Since]) -> None:
    for day, lock in enumerate(["open", "open", "shut", "open"]):
        since = record(day, lock, "open")
    assert names(since.new) == names(since.flapping) == ["box-0"]
    ages = {names([key])[0]: moment for key, moment in since.ages.items()}
    assert ages == {"box-0": DAY + timedelta(days=3), "box-1": DAY}
    assert names(record(4, "open", "open").flapping) == ["box-0"]
    assert record(5, "shut", "open").flapping == ()


def test_a_deleted_resource_counts_as_fixed(record: Callable[..., Since]) -> None:
    record(0, "shut", "open")
    assert names(record(1, "shut").fixed) == ["box-1"]


def test_only_comparable_reports_are_compared(record: Callable[..., Since]) -> None:
    record(0, "open")
    for day, other in enumerate(
        ({"force": "kent"}, {"source": Source.STATE}, {"selection": Selection(severity=Severity.HIGH)}), 1
    ):
        assert record(day, "open", "open", **other).previous is None
    assert names(record(9, "open", "open").new) == ["box-1"]


def test_several_reports_are_stored_at_once(report_on: ReportOn, tmp_path: Path) -> None:
    file = tmp_path / "deep" / "history.duckdb"
    for _ in range(2):
        remembered = remember([report_on("open", force="essex"), report_on("open", force="kent")], file)
    assert [len(each.since.trend) for each in remembered.reports if each.since] == [2, 2]


def test_the_change_is_in_the_json(report_on: ReportOn, tmp_path: Path) -> None:
    file = tmp_path / "history.duckdb"
    remember([report_on("shut")], file)
    (report,) = remember([report_on("open")], file).reports
    output = report.as_dict()["sinceLast"]
    assert output["new"] == [report.findings[0].key]
    assert output["trend"][0]["counts"]["pass"] == 1
    assert output["previous"]["broken"] == 0


@pytest.mark.parametrize(
    "damage", [lambda _: b"no database", lambda was: was[:3000], lambda was: was[:4096] + b"x" * 9000]
)
def test_a_damaged_history_does_not_prevent_the_report(
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


def test_a_history_locked_by_another_process_does_not_prevent_the_report(report_on: ReportOn, tmp_path: Path) -> None:
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


def test_an_unwritable_history_does_not_prevent_the_report(report_on: ReportOn, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    remembered = remember([report_on("open")], tmp_path / "file" / "history.duckdb")
    assert len(remembered.reports) == 1
    assert "cannot be written" in remembered.trouble
