"""`check --watch`: each change of a file gives a new result, and Ctrl-C ends it."""

import signal
import subprocess
import threading
from collections.abc import Iterator
from queue import Queue

import pytest

from tests.conftest import COMMAND, Project, bluelamp, environment

FORCE = "dyfed-powys"
WAITING = "waiting for a change"


class Watching:
    """A running `check --watch`, whose lines are read as they arrive."""

    def __init__(self, project: Project) -> None:
        self.process = subprocess.Popen(
            [str(COMMAND), "check", FORCE, "--watch"],
            cwd=project.root,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._lines: Queue[str] = Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put("")

    def until_waiting(self) -> str:
        """The output up to the next wait, or to the end."""
        output = ""
        while WAITING not in output:
            line = self._lines.get(timeout=300)
            if not line:
                break
            output += line
        return output


@pytest.fixture
def watching(project: Project) -> Iterator[Watching]:
    made = Watching(project)
    yield made
    made.process.kill()
    made.process.wait()


def test_each_change_gives_a_result_and_an_interrupt_ends_it(project: Project, watching: Watching) -> None:
    file = project.settings(FORCE)
    text = file.read_text("utf-8")
    first = watching.until_waiting()
    assert " verdicts by " in first
    file.write_text(text.replace("retentionDays: 365", "retentionDays: 90"), encoding="utf-8")
    answer = watching.until_waiting()
    assert "BL-AST-006" in answer
    cold = project.run("check", FORCE, "--no-cache")
    assert sorted(answer.splitlines()[:-1]) == sorted((cold.stdout + cold.stderr).splitlines())
    file.write_text(text.replace("sku: standard", "sku: standart"), encoding="utf-8")
    assert "did you mean standard?" in watching.until_waiting()
    file.write_text(text, encoding="utf-8")
    output = watching.until_waiting()
    assert output.splitlines()[-2:] == first.splitlines()[-2:]
    assert "BL-AST-006" not in output
    watching.process.send_signal(signal.SIGINT)
    assert "Traceback" not in watching.until_waiting()
    assert watching.process.wait(60) == 130


def test_options_that_cannot_be_watched_are_refused(project: Project) -> None:
    run = bluelamp(("check", FORCE, "--watch", "--format", "json"), project.root)
    assert run.returncode == 2
    assert "--watch needs named forces" in run.stdout
