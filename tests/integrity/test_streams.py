"""Whatever happens to its streams, the command ends with a status, a line, and at most one JSON document."""

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
    """The result of the command with these words and redirections in a shell."""
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
    output = run(f"{words} {streams}", tmp_path)
    assert output.returncode == 1
    assert "Traceback" not in output.stderr
    assert "Exception" not in output.stderr
    assert ("No space left" in output.stderr) == ("2>" not in streams)


@pytest.mark.parametrize("streams", [">&-", "2>&-", "<&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_has_no_other_effect(tmp_path: Path, streams: str) -> None:
    for words, status in (("explain BL-NET-001", 0), ("verify nowhere", 2)):
        output = run(f"{words} {streams}", tmp_path)
        assert output.returncode == status
        assert "Traceback" not in output.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_command_that_fails_after_its_result_gives_one_document(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")
    (tmp_path / "report" / "report.md").mkdir(parents=True)
    (tmp_path / "report" / "report.md" / "mine").write_text("mine")
    output = run("audit --from manifests a.yaml --report report --format json", tmp_path)
    assert output.returncode == 2
    assert json.loads(output.stdout)["result"]["reports"][0]["force"] == "manifests"
    assert "cannot be written" in output.stderr


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
def test_an_unexpected_exception_writes_no_line_of_its_own(
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
    output = capfd.readouterr()
    assert output.out == ""
    assert "error: " in output.err
    assert_safe(output.err.replace("Traceback (most recent call last)", ""))
    assert os.isatty(2) or "\x1b" not in output.err


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


def test_log_messages_of_libraries_write_no_line_of_their_own(tmp_path: Path) -> None:
    output = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
    )
    assert output.returncode == 0, output.stderr
    assert output.stderr.count("FAKE") > 3
    assert "warning: a" in output.stderr
    assert "error: a thread failed" in output.stderr
    assert_safe(output.stderr.replace("Traceback (most recent call last)", ""))


def test_a_stack_file_that_is_a_fifo_does_not_block_a_rehearsal(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.a.yaml").write_text("config: {}\n")
    os.mkfifo(tmp_path / "Pulumi.b.yaml")
    with _restored(tmp_path):
        (tmp_path / "Pulumi.a.yaml").write_text("config: {}\nencryptionsalt: v1:x\n")
    assert (tmp_path / "Pulumi.a.yaml").read_text() == "config: {}\n"
