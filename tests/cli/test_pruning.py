"""The cache folder is bounded: once a day, unused files are removed, and no others."""

import fcntl
import os
import subprocess
import sys
import threading
import time
from dataclasses import replace
from importlib.util import cache_from_source
from pathlib import Path

import pytest

from bluelamp import pruning
from tests.conftest import left_running

DAY = 86_400
NOW = time.time()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache folder of this test."""
    monkeypatch.setenv("BLUELAMP_CACHE", str(tmp_path / "cache"))
    (tmp_path / "cache").mkdir()
    return tmp_path / "cache"


def compiled(folder: Path, source: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file in which Python would cache a compiled source."""
    monkeypatch.setattr(sys, "pycache_prefix", str(folder / "bytecode"))
    return written(Path(cache_from_source(str(source))))


def written(path: Path, *, days: float = 0, size: int = 10) -> Path:
    """A file that was last used some days ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    os.utime(path, (NOW - days * DAY,) * 2)
    return path


def test_files_of_a_deleted_checkout_are_removed(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = written(tmp_path / "here" / "some.module.py")
    kept = compiled(folder, there, monkeypatch)
    gone = compiled(folder, tmp_path / "gone" / "package" / "module.py", monkeypatch)
    optimised = written(kept.with_name(kept.name.replace(".pyc", ".opt-1.pyc")))
    draft = written(kept.with_name(f"{kept.name}.140234"))
    left = written(kept.with_name(f"{kept.name}.140235"), days=2)
    assert pruning.prune(folder, NOW) == 2
    assert kept.exists()
    assert optimised.exists()
    assert draft.exists(), "a process may be about to move it"
    assert not left.exists()
    assert not gone.parent.parent.exists(), "no empty folder is left"


def test_files_unused_for_thirty_days_are_removed_and_others_stay(folder: Path) -> None:
    used = [
        written(folder / name, days=29) for name in ("templates/1-jinja2-3/a.cache", f"completion/{'a' * 16}/x.json")
    ]
    unused = [
        written(folder / name, days=31)
        for name in (
            "templates/0-jinja2-3/a.cache",
            f"completion/index-{'b' * 16}.json",
            f"completion/{'b' * 16}/x.json",
        )
    ]
    others = [
        written(folder / name, days=400)
        for name in ("templates/letter.odt", "templates/a.cache", "bytecode/notes.txt", "engine/pulumi", "plans/key")
    ]
    assert pruning.prune(folder, NOW) == len(unused)
    assert all(path.exists() for path in (*used, *others))
    assert not any(path.exists() for path in unused)


def test_beyond_the_size_limit_the_least_recently_used_files_are_removed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "ROOMS", [replace(room, most=20_000) for room in pruning.ROOMS])
    paths = [written(folder / f"templates/1-jinja2-3/{age}.cache", days=age, size=8192) for age in (3, 1, 2)]
    pruning.prune(folder, NOW)
    assert [path.exists() for path in paths] == [False, True, True]


def test_a_start_prunes_at_most_once_a_day_and_without_waiting(folder: Path) -> None:
    unused = written(folder / "templates/0-jinja2-3/a.cache", days=31)
    pruning.begin()
    assert unused.exists(), "a folder that was never looked through is looked at a day later"
    os.utime(folder / pruning.MARK, (NOW - 2 * DAY,) * 2)
    pruning.begin()
    assert left_running(folder) == []
    deadline = time.monotonic() + 60
    while unused.exists():
        assert time.monotonic() < deadline
        threading.Event().wait(0.02)
    assert (folder / pruning.MARK).stat().st_mtime > NOW - DAY
    written(unused, days=31)
    pruning.begin()
    with (folder / pruning.MARK).open() as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)  # waits for the pruning process, if there is one
        assert pruning.prune(folder, NOW) == 0, "of several at a time, one prunes"
    assert unused.exists()


def test_a_missing_cache_folder_is_not_created(folder: Path) -> None:
    folder.rmdir()
    pruning.begin()
    assert not folder.exists()


def test_an_unwritable_cache_folder_is_no_failure(folder: Path) -> None:
    folder.rmdir()
    folder.write_text("a file")
    pruning.begin()
    assert pruning.prune(folder, NOW) == 0
    run = subprocess.run([sys.executable, "-P", "-m", "bluelamp.pruning"], check=False, capture_output=True)
    assert (run.returncode, run.stderr) == (0, b"")
