"""Ctrl-C ends commands with several processes: at once, with each command's status and message, leaving nothing behind."""

import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Callable
from multiprocessing import active_children
from pathlib import Path

import pytest

from bluelamp.errors import BluelampError
from bluelamp.fleet.processes import in_processes
from tests import thorough
from tests.conftest import COMMAND, Project, environment, left_running

PATIENCE = 60
SEVERAL = (
    *("check", "cumbria", "wiltshire", "city-of-london", "civil-nuclear", "kent", "surrey", "sussex"),
    *("norfolk", "suffolk", "dorset", "essex", "hampshire", "northumbria"),
)
"""Enough forces for progress in a pipe. The first are done soon, the others are not."""


def interrupt_one(child: "subprocess.Popen[bytes]") -> None:
    child.send_signal(signal.SIGINT)


def interrupt_group(child: "subprocess.Popen[bytes]") -> None:
    os.killpg(child.pid, signal.SIGINT)


def interrupt_as_timeout_does(child: "subprocess.Popen[bytes]") -> None:
    child.send_signal(signal.SIGINT)
    os.killpg(child.pid, signal.SIGINT)


def started(project: Project, *words: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [str(COMMAND), *words],
        cwd=project.root,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        start_new_session=True,
    )


def wait_until_checking(child: "subprocess.Popen[bytes]", word: bytes) -> None:
    """Waits until the command reports that it is checking."""
    assert child.stderr is not None
    for line in child.stderr:
        if word in line:
            return
    pytest.fail("it ended before it was interrupted")


def workers(child: "subprocess.Popen[bytes]") -> list[int]:
    """Its child processes, once there are any."""
    while child.poll() is None:
        listed = subprocess.run(["pgrep", "-P", str(child.pid)], capture_output=True, text=True, check=False)
        if listed.returncode == 0:
            return [int(line) for line in listed.stdout.split()]
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(0.05)
    pytest.fail("it ended before it was interrupted")


def ended(child: "subprocess.Popen[bytes]") -> tuple[int, str]:
    """Its status and the rest of stderr, once no process has it open. After the time limit, all processes are killed."""
    try:
        _, err = child.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        raise
    return child.returncode, err.decode()


@pytest.mark.parametrize(
    ("interrupt", "at_work"),
    thorough.some([(interrupt_one, False), (interrupt_as_timeout_does, True), (interrupt_group, True)], 2),
)
def test_an_interrupted_check_ends(
    interrupt: Callable[["subprocess.Popen[bytes]"], None], at_work: bool, project: Project
) -> None:
    child = started(project, *SEVERAL)
    wait_until_checking(child, b"checking")
    if at_work:
        workers(child)
    interrupt(child)
    assert ended(child) == (130, "interrupted\n")
    assert left_running(project.root) == []


def test_an_interrupted_audit_reports_it_in_its_document(project: Project) -> None:
    child = started(project, "audit", "essex", "kent", "--format", "json")
    workers(child)
    interrupt_group(child)
    out, err = child.communicate(timeout=PATIENCE)
    assert child.returncode == 130
    assert [each["message"] for each in json.loads(out)["problems"]] == ["interrupted"]
    assert err.decode() == "interrupted\n"


def test_a_killed_check_leaves_no_process(project: Project) -> None:
    child = started(project, *SEVERAL)
    workers(child)
    child.kill()
    assert ended(child)[0] == -signal.SIGKILL
    assert left_running(project.root) == []


def test_the_items_of_a_lost_process_are_restarted_once(tmp_path: Path) -> None:
    file = tmp_path / "died"

    def work(item: str) -> str:
        if item == "one" and not file.exists():
            file.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if item == "always":
            os.kill(os.getpid(), signal.SIGKILL)
        return item.upper()

    assert list(in_processes(work, ["one", "two", "three"], 2)) == ["ONE", "TWO", "THREE"]
    with pytest.raises(BluelampError, match=r"always: its process ended twice without a result \(killed by SIGKILL\)"):
        list(in_processes(work, ["two", "always", "three"], 1))
    assert active_children() == []
