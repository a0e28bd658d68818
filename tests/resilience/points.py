"""Points: a command is stopped at one moment, by a kill or by a full disk, and the following runs are checked."""

import os
import shutil
import subprocess
import threading
from dataclasses import dataclass, field
from pathlib import Path

from tests.resilience.running import WHOLE_GROUP, Ended, Place, kill_all, run, stop
from tests.resilience.subjects import GO, SUBJECTS, Settled

_TRIES = 4
_EARLIER = 0.6
_PLENTY = 1 << 30
_PAGE = 4096
_ROOM = 64 * 1024


@dataclass(frozen=True)
class Point:
    """One moment, at the `fraction` of the command's duration or of the bytes that it writes."""

    subject: str
    number: int
    base: str
    fraction: float
    role: str = WHOLE_GROUP
    disk: bool = False
    real_go: bool = False

    @property
    def mark(self) -> str:
        """A label that distinguishes its processes and its folder from others."""
        return f"{self.subject}-{'disk' if self.disk else 'kill'}-{self.number}"

    def __str__(self) -> str:
        what = "disk full" if self.disk else f"{self.role} killed"
        go = ", linked by Go" if self.real_go else ""
        return f"{SUBJECTS[self.subject].name} from {self.base}: {what} at {self.fraction:.0%}{go}"


@dataclass
class Outcome:
    """The result at a point; `hit` is false if the command ended before it could be stopped."""

    point: Point
    hit: bool
    settled: Settled = field(default_factory=Settled)

    @property
    def well(self) -> bool:
        """Whether everything was repaired."""
        return not self.settled.problems


@dataclass(frozen=True)
class Measured:
    """An undisturbed command: seconds and bytes."""

    seconds: float
    written: int


def template(work: Path, subject: str, base: str) -> Path:
    """A place in the state from which the points start, made once."""
    folder = work / "templates" / f"{subject}-{base}"
    if not folder.exists():
        place = SUBJECTS[subject].place(folder, f"template-{subject}-{base}")
        place.temporary.mkdir(parents=True)
        SUBJECTS[subject].prepare(place, base)
        shutil.rmtree(place.temporary)
        place.temporary.mkdir()
    return folder


def measure(work: Path, subject: str, base: str) -> Measured:
    """The duration of the command from this state, and the most bytes that it needs while it runs.

    Raises AssertionError if it does not end well even undisturbed.
    """
    folder = work / f"measured-{subject}-{base}"
    with _Disk(folder, _PLENTY) as disk:
        place = _copy(template(work, subject, base), folder, subject)
        before = disk.used()
        peak = _Peak(disk)
        ended = run(SUBJECTS[subject].words, place)
        top = peak.end()
        assert ended.status in (0, 3), f"{SUBJECTS[subject].name} ends with {ended.status}: {ended.said[-800:]}"
    return Measured(ended.seconds, max(top - before, _PAGE))


def attempt(work: Path, point: Point, measured: Measured) -> Outcome:
    """Stops the command at the point, runs the following commands, and checks the result.

    A disk is mounted in the mount namespace of this process, which must be its own.
    """
    os.environ[GO] = "real" if point.real_go else ""
    fraction = point.fraction
    for _ in range(_TRIES):
        folder = work / point.mark
        shutil.rmtree(folder, ignore_errors=True)
        outcome = _full(work, point, measured, fraction) if point.disk else _killed(work, point, measured, fraction)
        if outcome.hit:
            break
        fraction *= _EARLIER
    shutil.rmtree(work / point.mark, ignore_errors=True)
    return outcome


def _killed(work: Path, point: Point, measured: Measured, fraction: float) -> Outcome:
    subject = SUBJECTS[point.subject]
    place = _copy(template(work, point.subject, point.base), work / point.mark, point.subject)
    try:
        hit = stop(subject.words, place, fraction * measured.seconds, point.role)
    except TimeoutError as error:
        return Outcome(point, hit=True, settled=Settled(diverged=[str(error)]))
    return Outcome(point, hit, _settled(subject.settle, place))


def _full(work: Path, point: Point, measured: Measured, fraction: float) -> Outcome:
    subject = SUBJECTS[point.subject]
    folder = work / point.mark
    with _Disk(folder, _PLENTY) as disk:
        place = _copy(template(work, point.subject, point.base), folder, point.subject)
        disk.resize(disk.used() + int(fraction * measured.written))
        stopped: Ended = run(subject.words, place)
        kill_all(place)
        disk.resize(_PLENTY)
        settled = _settled(subject.settle, place)
        if "Traceback" in stopped.said:
            settled.diverged.append("with the disk full, the command breaks down with a traceback")
    return Outcome(point, stopped.status not in (0, 3), settled)


def _settled(settle, place: Place) -> Settled:  # type: ignore[no-untyped-def]
    try:
        found: Settled = settle(place)
    except Exception as error:
        return Settled(diverged=[f"{type(error).__name__}: {error}"])
    finally:
        kill_all(place)
    return found


def _copy(source: Path, folder: Path, subject: str) -> Place:
    shutil.copytree(source, folder, symlinks=True, dirs_exist_ok=True)
    place = SUBJECTS[subject].place(folder, folder.name)
    place.temporary.mkdir(exist_ok=True)
    SUBJECTS[subject].before(place)
    return place


class _Disk:
    """A disk of its own at a folder, in memory."""

    def __init__(self, folder: Path, size: int) -> None:
        self._folder, self._size = folder, size

    def __enter__(self) -> "_Disk":
        self._folder.mkdir(parents=True, exist_ok=True)
        _mount("-t", "tmpfs", "-o", f"size={self._size},mode=0700", "tmpfs", str(self._folder))
        return self

    def __exit__(self, *_: object) -> None:
        subprocess.run(["umount", "-l", str(self._folder)], check=True)

    def used(self) -> int:
        """The bytes that are taken."""
        found = os.statvfs(self._folder)
        return (found.f_blocks - found.f_bfree) * found.f_frsize

    def resize(self, size: int) -> None:
        """Makes it larger, or as small as what it holds allows."""
        _mount("-o", f"remount,size={max(size, self.used()) // _PAGE * _PAGE + _PAGE}", str(self._folder))


def _mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True, capture_output=True)


class _Peak:
    """The most that a disk holds while a command runs."""

    def __init__(self, disk: _Disk) -> None:
        self._disk, self._top, self._over = disk, disk.used(), threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def end(self) -> int:
        """Stops watching; the bytes."""
        self._over.set()
        self._thread.join()
        return max(self._top, self._disk.used())

    def _watch(self) -> None:
        while not self._over.wait(0.02):
            self._top = max(self._top, self._disk.used())
