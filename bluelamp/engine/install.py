"""Installs an engine: the official release, or a build. One installation at a time on a machine."""

import fcntl
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bluelamp.engine import official
from bluelamp.engine.build import Report, build
from bluelamp.engine.find import NAMED, Engine, damaged, find, missing, version_of
from bluelamp.engine.integrity import discard, remove
from bluelamp.errors import EngineError
from bluelamp.folders import cache

_OWNER = re.compile(r"\.(\d{1,9})(?:\.\d+\.tmp)?$")


def ensure(report: Report) -> Engine:
    """The engine to use, which is first fetched or built if it is missing or damaged.

    Raises `EngineError` if it can be neither fetched nor built.
    """
    return find() or install(report)


def install(report: Report) -> Engine:
    """The engine to use, with every file verified.

    Removes damaged engines and remains of interrupted installations. If no usable engine remains, fetches the official
    release, or else builds the engine. Raises `EngineError` if neither works.
    """
    if os.environ.get(NAMED):
        return _named()
    engine = find(full=True)
    if engine is not None and not damaged() and not any(_left_over()):
        return engine
    with _one_at_a_time(report):
        for path in _left_over():
            remove(path)
        for folder in damaged():
            report(f"removing the damaged engine {folder.name}", None)
            discard(folder)
        # Another process may have installed an engine meanwhile.
        return find(full=True) or _install(report)


def _install(report: Report) -> Engine:
    refusals: list[str] = []
    for way in (official.fetch, build):
        try:
            way(report, version_of)
        except EngineError as error:
            refusals.append(error.message)
            if way is official.fetch:
                report(f"the official release is not used: {error.message}", None)
            continue
        engine = find(full=True)
        if engine is not None:
            return engine
    raise EngineError(
        "no engine could be installed: " + "; ".join(refusals),
        next_step="run `bluelamp doctor`; `bluelamp check` works without an engine",
    )


def _named() -> Engine:
    engine = find()
    if engine is None:
        step = f"set {NAMED} to a pulumi that runs, or unset it and run: bluelamp engine install"
        raise EngineError(f"{NAMED} names an engine that cannot be used: {missing()}", next_step=step)
    return engine


def _left_over() -> Iterator[Path]:
    """The remains of interrupted installations in the engines' folder, without those of live processes."""
    with suppress(OSError):
        for path in sorted((cache() / "engine").iterdir()):
            if path.name.startswith((".built-", ".official")):
                owner = _OWNER.search(path.name)
                if owner is None or not _alive(int(owner[1])):
                    yield path


def _alive(pid: int) -> bool:
    """Whether another process has this process id."""
    if pid in (0, os.getpid()):
        return False
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def _one_at_a_time(report: Report) -> Iterator[None]:
    folder = cache() / "engine"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if folder.stat().st_mode & stat.S_IWOTH:
            # A user who can write here can replace a verified engine.
            folder.chmod(stat.S_IMODE(folder.stat().st_mode) & ~stat.S_IWOTH)
        handle = (folder / "lock").open("a")
    except OSError as error:
        raise EngineError(
            f"{folder} cannot be written: {error.strerror}",
            next_step="set BLUELAMP_CACHE to a folder that can be written",
        ) from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report("waiting for another installation of the engine", None)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
