"""After a kill at a random point, the next run always converges: no orphaned and no duplicate resources."""

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from bluelamp.rehearsal.space import Space
from tests import thorough
from tests.conftest import COMMAND, Project, bluelamp, environment, left_running

HERE = Path(__file__).parent / "programs" / "crash"
EXPECTED = 13
TICK = 0.01
KILLS = 20 if thorough.ALL else 2


def resources(root: Path) -> list[str]:
    with contextlib.closing(Space(root).open_store()) as store:
        return [record.id for record in store.all()]


def in_state(root: Path, project: str, stack: str) -> list[str]:
    state = Space(root).state / ".pulumi" / "stacks" / project / f"{stack}.json"
    latest = json.loads(state.read_text(encoding="utf-8"))["checkpoint"]["latest"]
    assert not latest.get("pending_operations")
    return [
        resource["id"]
        for resource in latest["resources"]
        if resource.get("custom") and not resource["type"].startswith("pulumi:")
    ]


def kill_group(process: int) -> None:
    os.killpg(process, signal.SIGKILL)


def interrupt_group(process: int) -> None:
    os.killpg(process, signal.SIGINT)


def terminate_alone(process: int) -> None:
    os.kill(process, signal.SIGTERM)


def terminate_as_timeout_does(process: int) -> None:
    os.kill(process, signal.SIGTERM)
    os.killpg(process, signal.SIGTERM)


@contextlib.contextmanager
def started(words: Sequence[str], root: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A command in a process group of its own, so that the whole group can be killed at once."""
    with subprocess.Popen(
        [str(COMMAND), *words],
        cwd=root,
        env=environment(VIRTUAL_ENV=os.environ.get("VIRTUAL_ENV", "")),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as child:
        yield child


def kill_when(
    words: Sequence[str], root: Path, wanted: int, ticks: int, kill: Callable[[int], None] = kill_group
) -> bool:
    """Kills the command `ticks` after the cloud holds `wanted` resources: by default, its whole group.

    False if it ended before that.
    """
    with started(words, root) as child:
        while child.poll() is None:
            if ticks <= 0 or (Space(root).store_path.exists() and len(resources(root)) >= wanted):
                ticks -= 1
            if ticks < 0:
                break
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(TICK)
        alive = child.poll() is None
        with contextlib.suppress(ProcessLookupError):
            kill(child.pid)
        child.wait()
    return alive


@pytest.mark.engine
@pytest.mark.usefixtures("engine")
def test_after_kills_at_random_points_it_always_converges(tmp_path: Path) -> None:
    chance = random.Random(20)
    up = ("rehearse", "--", "pulumi", "up", "--skip-preview")
    killed = 0
    while killed < KILLS:
        root = tmp_path / f"run-{killed}"
        shutil.copytree(HERE, root)
        if not kill_when(up, root, chance.randint(0, EXPECTED - 2), chance.randint(0, 8)):
            shutil.rmtree(root)
            continue
        killed += 1
        again = bluelamp(up, root)
        assert again.returncode == 0, again.stdout + again.stderr
        there = resources(root)
        assert len(there) == EXPECTED, there
        assert sorted(in_state(root, "crash", "rehearsal")) == sorted(there)
        shutil.rmtree(root)


@pytest.mark.engine
@pytest.mark.usefixtures("engine")
def test_a_killed_run_leaves_no_process_behind(tmp_path: Path) -> None:
    root = tmp_path / "killed"
    shutil.copytree(HERE, root)
    assert kill_when(("rehearse", "--", "pulumi", "up", "--skip-preview"), root, 1, 0)
    assert left_running(root) == []


@pytest.mark.engine
@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize(
    "kill", thorough.some([terminate_alone, terminate_as_timeout_does, interrupt_group, kill_group], 1)
)
def test_an_interrupted_force_is_completed_by_the_next_run(kill: Callable[[int], None], project: Project) -> None:
    up = ("up", "--rehearse", "dyfed-powys")
    assert kill_when(up, project.root, 4, 2, kill)
    assert left_running(project.root) == []
    again = project.run(*up)
    assert again.returncode == 0, again.stdout + again.stderr
    assert sorted(in_state(project.root, "bluelamp", "dyfed-powys")) == sorted(resources(project.root))


@pytest.mark.engine
@pytest.mark.usefixtures("engine")
def test_a_rehearsal_passes_a_signal_on_and_waits(tmp_path: Path) -> None:
    script = "trap 'echo ended > told; exit 7' TERM; touch ready; while :; do sleep 0.01; done"
    with started(("rehearse", "--", "sh", "-c", script), tmp_path) as child:
        while not (tmp_path / "ready").exists():
            assert child.poll() is None
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(TICK)
        terminate_alone(child.pid)
    assert child.returncode == 7
    assert (tmp_path / "told").exists()
