import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bluelamp.errors import BluelampError, Status, UsageError
from bluelamp.reports import Report, write
from bluelamp.reports.write import FEW

ReportOn = Callable[..., Report]
ALWAYS = {
    "assessment-results.json",
    "findings.csv",
    "findings.json",
    "findings.sarif",
    "junit.xml",
    "manifest.json",
    "report.csv",
    "controls.html",
    "report.html",
    "report.md",
    "rules.csv",
}
"""The files of every report; one with a failure also has poam.json."""


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_one_report_is_written_into_the_folder_itself(report_on: ReportOn, tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "down"
    paths = write([report_on("open")], folder)
    assert names(folder) == {path.name for path in paths} == {*ALWAYS, "poam.json"}
    assert json.loads(paths[0].read_text(encoding="utf-8"))["answer"] == "not within baseline"


def test_several_reports_have_a_folder_each(report_on: ReportOn, tmp_path: Path) -> None:
    paths = write([report_on("open", force="essex"), report_on("shut", force="kent")], tmp_path / "out")
    expected = {
        "index.html",
        "manifest.json",
        "essex/poam.json",
        *(f"{force}/{file}" for force in ("essex", "kent") for file in ALWAYS),
    }
    assert names(tmp_path / "out") == {str(path.relative_to(tmp_path / "out")) for path in paths} == expected


def test_many_reports_are_written_in_the_formats_of_many(report_on: ReportOn, tmp_path: Path) -> None:
    forces = [f"force-{number}" for number in range(FEW + 1)]
    write([report_on("open", force=force) for force in forces], tmp_path)
    written = {"controls.html", "findings.json", "manifest.json", "report.html", "report.md"}
    assert names(tmp_path) == {
        *("index.html", "manifest.json"),
        *(f"{force}/{file}" for force in forces for file in written),
    }
    write([report_on("open", force=force) for force in forces], tmp_path, ["csv"])
    assert (tmp_path / "force-0" / "findings.csv").is_file()


def test_an_older_report_is_replaced(report_on: ReportOn, tmp_path: Path) -> None:
    write([report_on("open")], tmp_path / "out")
    (second, *_) = write([report_on("shut")], tmp_path / "out")
    assert json.loads(second.read_text(encoding="utf-8"))["answer"] == "within baseline"
    assert names(tmp_path / "out") == ALWAYS


def test_all_files_of_an_older_report_are_removed_and_no_others(report_on: ReportOn, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write([report_on("open", force="essex"), report_on("shut", force="kent")], out)
    (out / "notes.txt").write_text("mine")
    (out / "essex" / "notes.txt").write_text("mine")
    write([report_on("open")], out, ["csv", "json"])
    tables = {"findings.csv", "report.csv", "rules.csv"}
    assert names(out) == {*tables, "findings.json", "manifest.json", "notes.txt", "essex/notes.txt"}
    assert not (out / "kent").exists()


def test_a_modified_manifest_removes_no_other_file(report_on: ReportOn, tmp_path: Path) -> None:
    out, other = tmp_path / "out", tmp_path / "findings.json"
    write([report_on("open")], out)
    other.write_text("mine")
    (out / "deep" / "er").mkdir(parents=True)
    (out / "deep" / "er" / "findings.json").write_text("mine")
    manifest = json.loads((out / "manifest.json").read_text())
    for name in ("../findings.json", str(other), "deep/er/findings.json", "deep/../../findings.json"):
        manifest["files"][name] = {"sha256": "", "bytes": 0}
    (out / "manifest.json").write_text(json.dumps(manifest))
    write([report_on("open")], out, ["json"])
    assert other.read_text() == "mine"
    assert names(out) == {"findings.json", "manifest.json", "deep/er/findings.json"}


def test_two_reports_on_one_force_are_refused(report_on: ReportOn, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="two reports on essex"):
        write([report_on("open"), report_on("shut")], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_file_in_place_of_the_folder_is_refused(report_on: ReportOn, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    for folder in (tmp_path / "out", tmp_path / "out" / "below"):
        with pytest.raises(
            BluelampError, match=r"findings\.json: .* a file exists where a folder is expected"
        ) as caught:
            write([report_on("open")], folder)
        assert caught.value.next_step == "name another folder"
        assert caught.value.status is Status.WRONG_USE
    assert (tmp_path / "out").read_text() == "mine"


def test_a_folder_in_place_of_the_file_is_refused(report_on: ReportOn, tmp_path: Path) -> None:
    (tmp_path / "out" / "findings.json").mkdir(parents=True)
    with pytest.raises(BluelampError, match="a folder exists where a file is expected"):
        write([report_on("open")], tmp_path / "out")
    assert names(tmp_path / "out") == set()


def test_a_file_that_does_not_fit_leaves_the_older_one_intact(report_on: ReportOn, tmp_path: Path) -> None:
    """A process limited to files of 4 kB: a real failure half-way through."""
    folder = tmp_path / "out"
    (path, *_) = write([report_on("shut")], folder)
    before = path.read_bytes()
    code = f"""
import resource, signal, sys
from pathlib import Path
from bluelamp.errors import BluelampError
from bluelamp.reports import Source, assess, write
from bluelamp.policies import Resource
report = assess("essex", [], Source.PLAN, root=Path({str(tmp_path)!r}))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    write([report], Path({str(folder)!r}))
except BluelampError as error:
    sys.exit(f"{{error.message}}|{{error.next_step}}")
"""
    run = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert run.returncode == 1
    assert run.stderr.strip() == f"{path}: the report cannot be written: File too large|name another folder"
    assert path.read_bytes() == before
    assert names(folder) == ALWAYS


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "the disk quota is used up"),
        (errno.EROFS, "the file system is read-only"),
        (errno.EACCES, "you may not write there"),
    ],
)
def test_an_error_of_the_system_is_explained(
    report_on: ReportOn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, message: str
) -> None:
    def refuse(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(BluelampError, match=message) as caught:
        write([report_on("open")], tmp_path / "out")
    assert caught.value.next_step
    assert names(tmp_path / "out") == set()
