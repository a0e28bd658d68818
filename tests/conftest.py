"""Fixtures for every test: the command, a project of its own, the real engine, a real API server."""

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import HealthCheck, settings

from bluelamp import bytecode
from bluelamp.gc_tuning import collect_less_often
from tests import thorough

bytecode.keep()
collect_less_often()
# Tests patch the code that makes plans, so cached plans are off; their own tests enable them in a folder of their own.
os.environ["BLUELAMP_NO_CACHE"] = "1"

# A background process of a shell ignores SIGINT, and one of `nohup` SIGHUP, and so would the commands that tests interrupt.
for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, handler)

# A busy machine is no failure. Examples are the same in each run, unless all are requested.
settings.register_profile(
    "suite", deadline=None, derandomize=not thorough.ALL, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("suite")

ROOT = Path(__file__).resolve().parent.parent
COMMAND = Path(sys.executable).with_name("bluelamp")

pytest_plugins = ["tests.cluster.plugin"]


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share the API server run in one worker, so that only one server is started."""
    for item in items:
        if "cluster" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("cluster"))


@dataclass(frozen=True)
class Project:
    """A copy of the project: its own stacks and rehearsals, the same program, modules and rules."""

    root: Path

    def run(self, *words: str, **extra: str) -> "subprocess.CompletedProcess[str]":
        """Runs `bluelamp` in the project; `extra` is added to the environment."""
        return bluelamp(words, self.root, **extra)

    def here(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Runs `bluelamp` in the project, in this process: imports are shared by all tests, which halves their cost.

        Not for commands whose child processes write to the standard output (`rehearse`, `pulumi`).
        """
        with mock.patch.dict(os.environ, environment(), clear=True):
            status, out, err = in_process(self.root, words)
        return subprocess.CompletedProcess(words, status, out, err)

    def settings(self, force: str) -> Path:
        """A force's stack file."""
        return self.root / "stacks" / f"Pulumi.{force}.yaml"


def environment(**extra: str) -> dict[str, str]:
    """An environment as in a new shell: no Pulumi variables, no forced colours."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PULUMI_", "BLUELAMP_REHEARSAL"))}
    return {**kept, "COLUMNS": "200", **extra}


def bluelamp(words: Sequence[str], cwd: Path, **extra: str) -> "subprocess.CompletedProcess[str]":
    """Runs the command as a user would and returns its result."""
    return subprocess.run(
        [str(COMMAND), *words],
        check=False,
        capture_output=True,
        text=True,
        cwd=cwd,
        env=environment(**extra),
        stdin=subprocess.DEVNULL,
        timeout=600,
    )


def in_process(folder: Path, words: Sequence[str]) -> tuple[int, str, str]:
    """The exit status of `bluelamp` run in this process in `folder`, and its output to a pipe, on each stream."""
    from bluelamp.cli.app import main

    out, err = StringIO(), StringIO()
    with (
        contextlib.chdir(folder),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        pytest.raises(SystemExit) as ended,
    ):
        main(words)
    return int(ended.value.code or 0), out.getvalue(), err.getvalue()


def make_project(folder: Path, forces: Collection[str] = ()) -> Project:
    """A project in `folder`, which must not exist; with `forces`, only those have stack files."""
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "Pulumi.yaml", folder)
    shutil.copytree(ROOT / "stacks", folder / "stacks")
    for path in (folder / "stacks").glob("Pulumi.*.yaml") if forces else ():
        if path.name.removeprefix("Pulumi.").removesuffix(".yaml") not in forces:
            path.unlink()
    for name in ("infra", "modules", "policies"):
        (folder / name).symlink_to(ROOT / name)
    (folder / ".venv").symlink_to(Path(sys.prefix))
    return Project(folder)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A new project for one test, of which no process may be left running."""
    made = make_project(tmp_path / "project")
    yield made
    assert left_running(made.root) == []


def held(root: Path) -> int:
    """The number of resources in the rehearsal cloud of a project."""
    from bluelamp.rehearsal.space import Space

    with contextlib.closing(Space(root).open_store()) as store:
        return store.count()


def left_running(root: Path, patience: float = 30) -> list[str]:
    """The processes with a file of `root` in their command line that still run after `patience` seconds."""
    deadline = time.monotonic() + patience
    while found := _running(root):
        if time.monotonic() > deadline:
            return found
        threading.Event().wait(0.01)
    return []


def _running(root: Path) -> list[str]:
    output = subprocess.run(["ps", "-eo", "args"], check=True, capture_output=True, text=True).stdout
    return [line for line in output.splitlines() if str(root) in line]


@pytest.fixture(scope="session")
def brought_up(engine: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `.bluelamp` folder of a project whose smallest force, `dyfed-powys`, is up as committed.

    Copy it only: all workers of a run share it, and the first to need it brings the force up.
    """
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    with (shared / "brought-up.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = shared / "brought-up" / ".bluelamp"
        if not kept.is_dir():
            made = make_project(shared / f"bringing-up-{os.getpid()}", ["dyfed-powys"])
            run = made.here("up", "--rehearse", "dyfed-powys")
            assert run.returncode == 0, run.stderr
            kept.parent.mkdir()
            (made.root / ".bluelamp").rename(kept)
            shutil.rmtree(made.root)
    return kept


@pytest.fixture
def deployed(brought_up: Path, project: Project) -> Project:
    """A project of the test's own whose force `dyfed-powys` is up."""
    shutil.copytree(brought_up, project.root / ".bluelamp")
    return project


@pytest.fixture(scope="session")
def engine() -> Path:
    """The real engine's binary. If there is none, tests are skipped with the reason; in CI they fail."""
    from bluelamp.engine.find import find

    found = find()
    if found is None:
        reason = "there is no Pulumi engine; run: bluelamp engine install"
        if os.environ.get("CI"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    return found.path
