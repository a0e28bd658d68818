"""Getting an engine: the official release, or a build. One installation at a time on a machine."""

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bluelamp.engine.build import Report, build
from bluelamp.engine.find import Engine, find, new_enough, official_folder, version_of
from bluelamp.errors import EngineError
from bluelamp.folders import cache


def ensure(report: Report) -> Engine:
    """The engine to use; fetched or built first where there is none.

    Raises `EngineError` where it can be neither fetched nor built.
    """
    return find() or install(report)


def install(report: Report) -> Engine:
    """Fetches the official release, or builds the engine where the release cannot be had."""
    with _one_at_a_time(report):
        # Another process may have done it while this one waited.
        engine = find()
        if engine is not None:
            return engine
        refusals: list[str] = []
        for way in (_official, build):
            try:
                way(report)
            except EngineError as error:
                refusals.append(error.message)
                continue
            engine = find()
            if engine is not None:
                return engine
        raise EngineError(
            "no engine could be had: " + "; ".join(refusals),
            next_step="run `bluelamp doctor`; `bluelamp check` works without an engine",
        )


def _official(report: Report) -> Path:
    """Installs the official release with the Automation API's own installer."""
    report("fetching the official engine", None)
    if shutil.which("curl") is None:
        raise EngineError("the official installer needs curl")
    from pulumi.automation import PulumiCommand

    target = official_folder()
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".official.", dir=target.parent))
    try:
        # Its failures are of many kinds (name look-up, TLS, HTTP, the script itself); each means the same here.
        with suppress(Exception):
            PulumiCommand.install(root=str(work))
        version = version_of(work / "bin" / "pulumi")
        if version is None or not new_enough(version):
            raise EngineError("the official release cannot be fetched from here")
        shutil.rmtree(target, ignore_errors=True)
        work.rename(target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return target / "bin" / "pulumi"


@contextmanager
def _one_at_a_time(report: Report) -> Iterator[None]:
    folder = cache() / "engine"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = (folder / "lock").open("w")
    except OSError as error:
        raise EngineError(f"{folder} cannot be written: {error.strerror}", next_step="set BLUELAMP_CACHE") from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report("waiting for another installation of the engine", None)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
