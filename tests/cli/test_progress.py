"""On a terminal, progress never shares a line with other output and is gone at the end; a pipe has no progress."""

import re
import sys
from io import StringIO
from pathlib import Path
from threading import Thread

import pytest

from bluelamp.cli.board import Board
from bluelamp.cli.screen import SafeConsole, Screen
from bluelamp.engine.events import Step
from bluelamp.errors import Status
from tests.conftest import COMMAND, Project, environment, make_project
from tests.terminal import Terminal, on_terminal

SMALL, OTHER = "dyfed-powys", "wiltshire"
_BAR = re.compile(r"[\u2800-\u28ff] .+|.*[━╸╺].*")
_WHOLE = re.compile(r"([\u2800-\u28ff]| ) .*?[━╸╺]+ +\d+/(\d+|\?) +\d+:\d\d:\d\d( +\d+:\d\d left)?")
_WAITING = re.compile(r"[\u2800-\u28ff] [^━]+")


def assert_apart(terminal: Terminal) -> None:
    """In every frame, progress has lines of its own below all results; at the end none is left."""
    for frame in terminal.frames:
        bars = [number for number, line in enumerate(frame) if _BAR.fullmatch(line)]
        for number in bars:
            assert _WHOLE.fullmatch(frame[number]) or _WAITING.fullmatch(frame[number]), frame[number]
        if bars:
            assert not [line for line in frame[bars[-1] + 1 :] if line], frame
    assert not [line for line in terminal.screen if re.search("[\u2800-\u28ff━]", line)]


def counts(terminal: Terminal, phase: str) -> list[tuple[int, int]]:
    """The counts of completed and all items that a phase has shown."""
    found = [re.search(rf"{phase}.*? (\d+)/(\d+) ", line) for frame in terminal.frames for line in frame]
    return [(int(each[1]), int(each[2])) for each in found if each]


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return make_project(tmp_path_factory.mktemp("terminal") / "project")


def run(project: Project, width: int, *words: str) -> tuple[int, Terminal]:
    status, terminal = on_terminal([str(COMMAND), *words], project.root, environment(), width)
    assert_apart(terminal)
    return status, terminal


def test_check_of_several_forces(one: Project) -> None:
    status, terminal = run(one, 80, "check", SMALL, OTHER)
    assert status == Status.DONE
    assert all(
        any(line.strip().startswith(force) and "within baseline" in line for line in terminal.screen)
        for force in (SMALL, OTHER)
    )
    assert max(counts(terminal, "checking"), default=(0, 2)) <= (2, 2)


def test_a_force_from_preview_to_destroy(one: Project) -> None:
    """The totals are those of the preview, and the count reaches them."""
    for width, words, status in (
        (80, ("preview", "--rehearse", SMALL), Status.DONE),
        (120, ("up", "--rehearse", SMALL), Status.DONE),
        (80, ("drift", "--rehearse", SMALL, OTHER), Status.FAILED),
        (80, ("destroy", "--rehearse", SMALL), Status.DONE),
    ):
        ended, terminal = run(one, width, *words)
        assert ended == status, terminal.screen
        assert any(line.startswith(f"{SMALL}: ") for line in terminal.screen)
        if words[0] in ("up", "destroy"):
            shown = counts(terminal, words[0])
            assert shown
            assert len({total for _, total in shown}) == 1
            assert all(count <= total for count, total in shown)


def test_an_interrupted_run_leaves_the_terminal_clean(one: Project) -> None:
    status, terminal = on_terminal(
        [str(COMMAND), "preview", "--rehearse", SMALL],
        one.root,
        environment(),
        80,
        interrupt=lambda shown: any("preview" in line for line in shown.screen),
    )
    assert_apart(terminal)
    assert status in (130, -2)
    assert "Traceback" not in "\n".join(terminal.screen)


def test_a_pipe_has_results_only(one: Project) -> None:
    ran = one.run("check", SMALL)
    assert ran.returncode == Status.DONE
    assert ran.stderr == ""
    assert not re.search("[\u2800-\u28ff━\r\x1b]", ran.stdout)


BUSY = """
import logging, sys, time
from threading import Thread
from bluelamp.cli.screen import Logged, Screen
Logged.take_over()
screen = Screen()

def chatter(number):
    for each in range(20):
        screen.show(f"result {number}-{each}")
        screen.say(f"note {number}-{each}")
        logging.getLogger("x").warning("logged %s-%s", number, each)

with screen.working("outer"):
    screen.say("before")
    with screen.progress() as progress:
        task = progress.add_task("a very long description " * 5, total=3)
        threads = [Thread(target=chatter, args=(number,)) for number in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with screen.paused():
            screen.err.print("Do this? ", end="")
            time.sleep(0.3)
            screen.err.print("y")
        progress.update(task, completed=3)
        progress.refresh()
    screen.show("after")
"""


@pytest.mark.parametrize("width", [40, 80, 120])
def test_progress_is_separate_from_results_notes_logs_and_questions(tmp_path: Path, width: int) -> None:
    status, terminal = on_terminal([sys.executable, "-c", BUSY], tmp_path, environment(), width)
    assert status == 0, terminal.screen
    assert_apart(terminal)
    shown = [line for line in terminal.screen if line]
    for number in range(3):
        for each in range(20):
            assert shown.count(f"result {number}-{each}") == 1
            assert shown.count(f"note {number}-{each}") == 1
            assert shown.count(f"warning: logged {number}-{each}") == 1
    assert "Do this? y" in shown
    assert shown[0] == "before"
    assert shown[-1] == "after"
    assert len(shown) == 3 * 20 * 3 + 3


@pytest.mark.parametrize("width", [80, 120])
def test_several_forces_are_a_table_with_complete_figures(width: int) -> None:
    """Descriptions are cut, figures never; the line for all forces names the ring."""
    drawn = StringIO()
    screen = Screen()
    screen.err = SafeConsole(width=width, force_terminal=True, file=drawn, color_system=None)
    with screen.progress(left=True) as progress:
        board = Board(progress, ["suffolk", "devon-and-cornwall"])
        board.ring("ring 2 of 3")
        for force in ("suffolk", "devon-and-cornwall"):
            for phase, count in (("preview", 586), ("up", 87)):
                for number in range(count):
                    name = f"private-dns-privatelink.redisenterprise.cache.azure.net-{number}"
                    board.on_step(force)(phase, Step(f"urn:pulumi:a::p::t:m:T::{name}", "create", ended=True))
        progress.refresh()
        terminal = Terminal(width)
        terminal.feed(drawn.getvalue().replace("\n", "\r\n"))
    first, *rows = (line for line in terminal.screen if line)
    assert re.search(r"forces, ring 2 of 3 .* 0/2 +\d:\d\d:\d\d", first)
    assert len(rows) == 2
    for force, row in zip(("suffolk", "devon-and-cornwall"), rows, strict=True):
        assert re.search(rf"{force}: up private-dns.* 87/586 \d:\d\d:\d\d \d:\d\d left", row), row


def test_the_board_counts_completed_forces() -> None:
    screen = Screen()
    with screen.progress() as progress:
        board = Board(progress, ["a", "b"])

        def force(name: str) -> None:
            on_step = board.on_step(name)
            for phase in ("preview", "up"):
                for number in range(50):
                    for ended in (False, True):
                        urn = f"urn:pulumi:a::p::t:m:T::r{number}"
                        on_step(phase, Step(urn, "create", ended=ended))

        threads = [Thread(target=force, args=(name,)) for name in ("a", "b")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        figures = [(task.description.split()[1:2], task.completed, task.total) for task in progress.tasks]
        assert figures == [([], 0, 2), (["up"], 50, 50), (["up"], 50, 50)]
        board.end("a")
        board.end("b")
        assert [(task.description, task.completed, task.total) for task in progress.tasks] == [("forces", 2, 2)]
