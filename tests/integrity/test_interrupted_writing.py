"""Writing that is killed or runs out of space leaves the old or the new content, and never loses a user's files.

Each case forks, and the child kills itself with SIGKILL at its n-th system or library call, so that the points cover
the whole write and are the same in every run.
"""

import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bluelamp.core import files as core_files
from bluelamp.core.folders import SWITCH
from bluelamp.errors import BluelampError, UsageError
from bluelamp.render import write as render
from bluelamp.render.files import MARK
from bluelamp.reports import Report, write
from bluelamp.reports.history import remember
from bluelamp.reports.keys import make_key, private_key, public_key
from bluelamp.reports.verifying import verify
from tests.conftest import COMMAND, environment
from tests.integrity.sealed import Files, read, report_on
from tests.thorough import tries

FORCES = ("essex", "kent")
FORMATS = ["json"]
"""Reports that are made quickly, so that most kills are in the writing."""


def killed(work: Callable[[], object], call: int) -> bool:
    """Runs `work` in a child process and kills it at the `call`-th call; returns whether it was killed before its end."""
    child = os.fork()
    if not child:
        left = call

        def audit(*event: Any) -> None:
            nonlocal left
            if event[1] == "c_call":
                left -= 1
                if not left:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.setprofile(audit)
        status = 0
        try:
            work()
        except BaseException:
            status = 1
        sys.setprofile(None)
        os._exit(status)
    _, status = os.waitpid(child, 0)
    assert status == 0 or os.WTERMSIG(status) == signal.SIGKILL, status
    return bool(status)


def calls(work: Callable[[], object]) -> int:
    """The number of calls that `work` makes."""
    count = 0

    def audit(*event: Any) -> None:
        nonlocal count
        count += event[1] == "c_call"

    sys.setprofile(audit)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def cases(number: int) -> Callable[[Any], Any]:
    """The same cases in every run, at most that many."""
    slow = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    return settings(
        max_examples=tries(number), derandomize=True, deadline=None, suppress_health_check=slow, database=None
    )


shares = st.floats(0, 1, allow_nan=False)


class Two:
    """An older and a newer report, on one force or on several, and a folder with the older one."""

    def __init__(self, work: Path, forces: tuple[str, ...]) -> None:
        self.work, self.folder = work, work / "out" / "report"
        self.older = [report_on(force, "open", root=work) for force in forces]
        self.newer = [report_on(force, "shut", "shut", root=work, day=1) for force in forces]
        make_key(work / "force.pem")
        self.key = private_key(work / "force.pem")
        self.public = public_key(work / "force.pub.pem")
        self.write(self.older)
        self.old = read(self.folder)
        self.calls = calls(lambda: self.write(self.newer))
        self.new = read(self.folder)

    def write(self, reports: list[Report]) -> None:
        write(reports, self.folder, FORMATS, key=self.key)

    def again(self) -> None:
        """Restores the older report, with nothing beside it."""
        shutil.rmtree(self.folder.parent)
        self.write(self.older)
        assert read(self.folder) == self.old

    def is_whole(self) -> Files:
        """The report in the folder, which must verify."""
        found = verify(self.folder, self.public)
        assert [flaw for one in found for flaw in one.flaws] == []
        return read(self.folder)

    def ends(self) -> None:
        """Another run puts the newer report there and leaves nothing else."""
        self.write(self.newer)
        assert self.is_whole().keys() == self.new.keys()
        assert [path.name for path in self.folder.parent.iterdir()] == [self.folder.name]


@pytest.fixture(scope="module", params=["one force", "several forces"])
def two(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Two:
    return Two(tmp_path_factory.mktemp("killed"), FORCES if request.param == "several forces" else FORCES[:1])


@cases(60)
@given(share=shares)
def test_a_killed_run_leaves_the_older_or_the_newer_report(two: Two, share: float) -> None:
    two.again()
    killed(lambda: two.write(two.newer), max(1, int(share * two.calls)))
    assert two.is_whole() in (two.old, two.new)
    two.ends()


@cases(60)
@given(share=shares)
def test_a_users_own_files_survive_a_killed_run(two: Two, share: float) -> None:
    """In a folder with other files the new report replaces the old one file by file; the rest waits, complete, aside."""
    two.again()
    own = {"notes.txt": b"mine", "deep/er/.hidden": b"mine too", "essex.old/report.html": b"mine as well"}
    for name, content in own.items():
        (two.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (two.folder / name).write_bytes(content)
    (two.folder / "link").symlink_to("nowhere")
    (two.folder / "empty").mkdir()
    killed(lambda: two.write(two.newer), max(1, int(share * two.calls * 1.2)))
    aside = two.folder / SWITCH
    if aside.is_dir():
        assert [flaw for one in verify(aside, two.public) for flaw in one.flaws] == []
        assert any(flaw.file == SWITCH and "is in this folder" in flaw.problem for flaw in verify(two.folder)[0].flaws)
    else:
        left = {
            name: content
            for name, content in read(two.folder).items()
            if name not in own and not name.startswith(".bluelamp-new.")
        }
        assert left in (two.old, two.new)
    two.write(two.newer)
    assert {**read(two.folder), "manifest.json": b"", "manifest.sig": b""}.keys() == {*own, *two.new}
    assert {name: (two.folder / name).read_bytes() for name in own} == own
    assert (two.folder / "link").is_symlink()
    assert (two.folder / "empty").is_dir()
    assert not aside.exists()
    assert [path.name for path in two.folder.parent.iterdir()] == [two.folder.name]
    shutil.rmtree(two.folder)


@pytest.mark.parametrize("how", ["current folder", "link", "other permissions", "first time", "empty folder"])
def test_wherever_the_folder_is_a_killed_run_leaves_one_report(
    two: Two, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for share in range(1, 12):
        two.again()
        named, before = two.folder, two.old
        match how:
            case "current folder":
                monkeypatch.chdir(two.folder)
                named = Path()
            case "link":
                named = two.work / "latest"
                named.unlink(missing_ok=True)
                named.symlink_to(two.folder)
            case "other permissions":
                two.folder.chmod(0o2750)
            case _:
                before = {}
                shutil.rmtree(two.folder)
                if how == "empty folder":
                    two.folder.mkdir()

        def again(named: Path = named) -> None:
            write(two.newer, named, FORMATS, key=two.key)

        killed(again, max(1, two.calls * share // 11))
        monkeypatch.chdir(two.work)
        content = read(two.folder) if two.folder.exists() else {}
        whole = {name: text for name, text in content.items() if not name.startswith(".bluelamp-")}
        if before or not whole:
            assert whole in (before, two.new) or (two.folder / SWITCH).is_dir()
        else:
            assert [flaw for one in verify(two.folder, two.public) for flaw in one.flaws] == []
        if how == "other permissions":
            assert two.folder.stat().st_mode & 0o7777 == 0o2750
        if how == "link":
            assert named.is_symlink()
        if how == "current folder":
            monkeypatch.chdir(two.folder)
        again()
        monkeypatch.chdir(two.work)
        assert two.is_whole().keys() == two.new.keys()
        assert [path.name for path in two.folder.parent.iterdir()] == [two.folder.name]


@cases(40)
@given(size=st.integers(0, 4_000))
def test_a_report_that_does_not_fit_leaves_the_older_one(two: Two, size: int) -> None:
    """No file may be larger than that: a real failure at some point of the writing."""
    two.again()
    child = os.fork()
    if not child:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        try:
            two.write(two.newer)
        except BluelampError as error:
            os._exit(10 if str(two.folder) in error.message and error.next_step else 11)
        except BaseException:
            os._exit(12)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, 10)
    assert two.is_whole() == (two.new if status == 0 else two.old)
    assert [path.name for path in two.folder.parent.iterdir()] == [two.folder.name]


def test_a_folder_whose_parent_is_not_writable_is_replaced_too(two: Two) -> None:
    """The folder is a file system of its own, where this machine lets a test mount one."""
    two.again()
    (two.work / "mounted").mkdir(exist_ok=True)
    try:
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "tmpfs", str(two.work / "mounted")], check=False, capture_output=True
        )
    except FileNotFoundError:
        return
    if mounted.returncode:
        return
    try:
        place = two.work / "mounted"
        for reports in (two.older, two.newer):
            write(reports, place, FORMATS, key=two.key)
            assert [flaw for one in verify(place, two.public) for flaw in one.flaws] == []
        assert read(place).keys() == two.new.keys()
    finally:
        subprocess.run(["umount", str(two.work / "mounted")], check=True)


def test_a_users_own_file_of_the_same_name_is_never_overwritten(two: Two) -> None:
    two.again()
    shutil.rmtree(two.folder)
    two.folder.mkdir()
    name = sorted(name for name in two.new if name.endswith("findings.json"))[0]
    (two.folder / name).parent.mkdir(exist_ok=True)
    (two.folder / name).write_text("mine")
    with pytest.raises(UsageError, match="a file that does not belong to a report already exists") as caught:
        two.write(two.newer)
    assert str(two.folder / name) in caught.value.message
    assert read(two.folder) == {name: b"mine"}
    assert [path.name for path in two.folder.parent.iterdir()] == [two.folder.name]


def test_several_processes_that_write_one_folder_leave_one_whole_report(two: Two) -> None:
    two.again()
    children = []
    for number in range(6):
        child = os.fork()
        if not child:
            try:
                for _ in range(4):
                    two.write(two.newer if number % 2 else two.older)
            except BaseException:
                os._exit(1)
            os._exit(0)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * 6
    assert two.is_whole().keys() == two.new.keys()
    assert [path.name for path in two.folder.parent.iterdir()] == [two.folder.name]


def test_a_new_folder_that_another_process_removes_is_created_again(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another writer may mistake the folder for an abandoned one between its creation and its lock."""
    two.again()
    opened, removed = os.open, []

    def remove_first(path: Any, *args: Any, **options: Any) -> int:
        if not removed and ".bluelamp-new." in str(path):
            removed.append(path)
            Path(path).rmdir()
        return opened(path, *args, **options)

    monkeypatch.setattr(os, "open", remove_first)
    two.write(two.newer)
    assert removed
    assert two.is_whole().keys() == two.new.keys()


# The command


def test_a_killed_command_leaves_a_report_that_verifies(tmp_path: Path) -> None:
    """Kills at arbitrary moments, while one report after the other replaces the one before."""
    (tmp_path / "pod.yaml").write_text("{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: []}}")
    words = [str(COMMAND), "audit", "--from", "manifests", "pod.yaml", "--report", "out", "--quiet"]
    how: dict[str, Any] = {
        "cwd": tmp_path,
        "env": environment(),
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
    }
    assert subprocess.run(words, check=False, **how).returncode in (0, 3)
    (took,) = {path.stat().st_mtime for path in (tmp_path / "out").iterdir() if path.name == "manifest.json"}
    assert took
    for number in range(10):
        # Most of these are at the end of the run, where it writes.
        with subprocess.Popen(words, **how) as child:
            _wait_for_draft(tmp_path, child, number)
            child.kill()
        assert [flaw for one in verify(tmp_path / "out") for flaw in one.flaws] == []
    assert subprocess.run(words, check=False, **how).returncode in (0, 3)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "pod.yaml"]


def _wait_for_draft(folder: Path, child: "subprocess.Popen[bytes]", steps: int) -> None:
    """Waits until the run writes its files, and then for `steps` of these, or for its end."""
    while child.poll() is None:
        left = list(folder.glob(".bluelamp-new.*/*"))
        if len(left) >= steps:
            return
        threading.Event().wait(0.001)


# Files and other folders


@cases(100)
@given(share=shares, mode=st.sampled_from([None, 0o600]))
def test_a_killed_run_leaves_the_older_or_the_newer_file(tmp_path: Path, share: float, mode: int | None) -> None:
    path = tmp_path / "file.yaml"
    path.write_text("old")

    def work() -> None:
        core_files.replace(path, "new" * 1000, mode=mode)

    killed(work, max(1, int(share * 60)))
    assert path.read_text() in ("old", "new" * 1000)
    work()
    assert [each.name for each in tmp_path.iterdir()] == ["file.yaml"]
    path.unlink()


@cases(60)
@given(share=shares)
def test_a_key_from_a_killed_run_is_whole_and_the_next_run_completes_it(tmp_path: Path, share: float) -> None:
    path = tmp_path / "keys" / "force.pem"
    whole = killed(lambda: make_key(path), max(1, int(share * 400)))
    if path.exists():
        private_key(path)
        assert path.stat().st_mode & 0o777 == 0o600
    if not path.with_suffix(".pub.pem").exists():
        make_key(path)
    assert whole in (True, False)
    private, public = private_key(path), public_key(path.with_suffix(".pub.pem"))
    assert private.public_key() == public
    assert sorted(each.name for each in path.parent.iterdir()) == ["force.pem", "force.pub.pem"]
    shutil.rmtree(path.parent)


@cases(60)
@given(share=shares, own=st.booleans())
def test_a_killed_run_leaves_the_older_or_the_newer_rendering(tmp_path: Path, share: float, own: bool) -> None:
    folder = tmp_path / "rendered"
    older = {
        "estate.svg": f"<!-- {MARK} 1 -->\n",
        "manifests/a.yaml": f"# {MARK} 1\n",
        "manifests/b/b.yaml": f"# {MARK} 1\n",
    }
    newer = {
        "estate.svg": f"<!-- {MARK} 2 -->\n",
        "manifests/a.yaml": f"# {MARK} 2\n",
        "manifests/c/c.yaml": f"# {MARK} 2\n",
    }
    render(older, folder, clean="manifests")
    mine = {"manifests/b/mine.yaml": b"mine"} if own else {}
    for name, content in mine.items():
        (folder / name).write_bytes(content)
    killed(lambda: render(newer, folder, clean="manifests"), max(1, int(share * 1500)))
    if not own:
        assert {name: text.decode() for name, text in read(folder).items()} in (older, newer)
    render(newer, folder, clean="manifests")
    assert {name: text.decode() for name, text in read(folder).items()} == {
        **newer,
        **{k: v.decode() for k, v in mine.items()},
    }
    assert [path.name for path in tmp_path.iterdir()] == ["rendered"]
    shutil.rmtree(folder)


def test_a_rendering_never_replaces_a_users_own_file(tmp_path: Path) -> None:
    (tmp_path / "estate.svg").write_text("<svg/>")
    with pytest.raises(UsageError, match="a file that Bluelamp did not render exists already"):
        render({"estate.svg": f"<!-- {MARK} -->\n"}, tmp_path)
    assert (tmp_path / "estate.svg").read_text() == "<svg/>"


@pytest.fixture
def history(tmp_path: Path) -> Iterator[Path]:
    return tmp_path / "kept" / "history.duckdb"


def test_a_history_survives_kills(history: Path, tmp_path: Path) -> None:
    """It has complete runs or does not exist, and the next run uses it: real processes, because DuckDB has threads."""
    code = f"""
import sys
from pathlib import Path
from tests.integrity.sealed import report_on
from bluelamp.reports.history import remember
made = [report_on("essex", "open", root=Path({str(tmp_path)!r}), day=day) for day in range(40)]
sys.stdout.write("ready\\n"); sys.stdout.flush()
for each in made:
    sys.exit(1) if remember([each], Path({str(history)!r})).trouble else None
"""
    for number in range(5):
        with subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
        ) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == b"ready\n"
            threading.Event().wait(0.004 * number)
            child.kill()
        made = remember([report_on("essex", "open", root=tmp_path, day=50 + number)], history)
        assert made.trouble == ""
    (messages,) = made.reports
    assert messages.since is not None
    assert messages.since.previous is not None
    assert not [path for path in history.parent.iterdir() if path.name not in ("history.duckdb", "history.duckdb.wal")]
