"""Whatever becomes of the command's own streams, it ends with a status, a line, and one JSON document at most."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bluelamp.cli import app as command
from bluelamp.cli.verbs import doctor
from bluelamp.rehearsal.command import _restored
from tests.conftest import COMMAND, environment
from tests.integrity.test_printing import HOSTILE, assert_safe


def run(words: str, place: Path) -> subprocess.CompletedProcess[str]:
    """What a shell makes of the command with these words and redirections."""
    return subprocess.run(
        ["bash", "-c", f"exec {COMMAND} {words}"],
        cwd=place,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("words", ["explain BL-NET-001", "explain BL-NET-001 --format json", "--version", "--help"])
@pytest.mark.parametrize("streams", [">/dev/full", ">/dev/full 2>/dev/full"])
def test_a_result_that_cannot_be_written_is_a_failure(tmp_path: Path, words: str, streams: str) -> None:
    said = run(f"{words} {streams}", tmp_path)
    assert said.returncode == 1
    assert "Traceback" not in said.stderr
    assert "Exception" not in said.stderr
    assert ("No space left" in said.stderr) == ("2>" not in streams)


@pytest.mark.parametrize("streams", [">&-", "2>&-", "<&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_changes_nothing_else(tmp_path: Path, streams: str) -> None:
    for words, status in (("explain BL-NET-001", 0), ("verify nowhere", 2)):
        said = run(f"{words} {streams}", tmp_path)
        assert said.returncode == status
        assert "Traceback" not in said.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_verb_that_fails_after_its_result_gives_one_document(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")
    (tmp_path / "file").write_text("mine")
    said = run("audit --from manifests a.yaml --report file/report --format json", tmp_path)
    assert said.returncode == 2
    assert json.loads(said.stdout)["result"]["reports"][0]["force"] == "manifests"
    assert "cannot be written" in said.stderr


@pytest.mark.parametrize(
    "raised",
    [
        RuntimeError(HOSTILE),
        PermissionError(13, "Permission denied", HOSTILE),
        KeyError(HOSTILE),
        OSError(HOSTILE),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, HOSTILE),
    ],
)
def test_an_exception_that_nobody_expected_writes_no_line_of_its_own(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], raised: Exception
) -> None:
    def fails(*_: object) -> None:
        raise raised

    monkeypatch.setattr(command, "collect_less_often", lambda: None)
    monkeypatch.setattr(command.Logged, "take_over", lambda: None)
    monkeypatch.setattr(doctor, "_checks", fails)
    with pytest.raises(SystemExit) as ended:
        command.main(["doctor"])
    assert ended.value.code == 1
    said = capfd.readouterr()
    assert said.out == ""
    assert "error: " in said.err
    assert_safe(said.err.replace("Traceback (most recent call last)", ""))
    assert os.isatty(2) or "\x1b" not in said.err


PROGRAM = f"""
import logging, sys, threading, warnings
from bluelamp.cli import app
from bluelamp.cli.verbs import doctor

HOSTILE = {HOSTILE!r}

def look(_):
    try:
        raise ValueError(HOSTILE)
    except ValueError:
        logging.getLogger("grpc._server").exception("Exception calling application: %s", HOSTILE)
    warnings.warn(HOSTILE)
    thread = threading.Thread(target=lambda: {{}}[HOSTILE])
    thread.start()
    thread.join()
    return []

doctor._checks = look
app.main(["doctor"])
"""


def test_what_libraries_log_writes_no_line_of_its_own(tmp_path: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stderr
    assert said.stderr.count("FAKE") > 3
    assert "warning: a" in said.stderr
    assert "error: a thread failed" in said.stderr
    assert_safe(said.stderr.replace("Traceback (most recent call last)", ""))


def test_a_stack_file_that_is_a_fifo_does_not_stop_a_rehearsal(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.a.yaml").write_text("config: {}\n")
    os.mkfifo(tmp_path / "Pulumi.b.yaml")
    with _restored(tmp_path):
        (tmp_path / "Pulumi.a.yaml").write_text("config: {}\nencryptionsalt: v1:x\n")
    assert (tmp_path / "Pulumi.a.yaml").read_text() == "config: {}\n"
