"""Finds the engine: on the PATH, from the official release, or built here."""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bluelamp import bytecode
from bluelamp.core.os_errors import reason_of
from bluelamp.core.processes import ProcessError, run
from bluelamp.engine.build import built_folder, pinned_version
from bluelamp.engine.integrity import damage
from bluelamp.engine.official import official_folder, official_version

MINIMUM = (3, 259, 0)
"""The oldest supported `pulumi`: the official release that Bluelamp installs."""

NAMED = "BLUELAMP_ENGINE"
"""The environment variable that names a binary to use."""

_SECONDS = 30.0
_LIMIT = 100_000
_VERSION = re.compile(r"v?(\d{1,6}\.\d{1,6}\.\d{1,6})(?![\d.])")

Origin = Literal["found", "official", "built"]


@dataclass(frozen=True)
class Engine:
    """A usable `pulumi`: its binary, version and origin."""

    path: Path
    version: str
    origin: Origin

    def environment(self) -> dict[str, str]:
        """The caller's environment with this engine first, quiet, and able to run Python programs."""
        environment = dict(os.environ)
        environment["PATH"] = f"{self.path.parent}{os.pathsep}{environment.get('PATH', '')}"
        environment["PULUMI_SKIP_UPDATE_CHECK"] = "true"
        environment.setdefault("GOGC", "400")  # the engine collects less often: a twelfth less time for some memory
        bytecode.keep_in(environment)
        if self.origin == "built":
            environment["BLUELAMP_PYTHON"] = sys.executable
        return environment


@dataclass(frozen=True)
class Candidate:
    """A `pulumi` on this machine: its version, if known, and why it cannot be used, empty if it can."""

    origin: Origin
    path: Path
    version: str = ""
    problem: str = ""

    @property
    def ours(self) -> bool:
        """Whether Bluelamp installed it, and can reinstall it."""
        return self.origin != "found"


def candidates(*, full: bool = False) -> Iterator[Candidate]:
    """Every `pulumi` on this machine, in the order of preference, usable or not.

    `$BLUELAMP_ENGINE` may name one binary, which is then the only candidate. Engines that Bluelamp installed are
    compared with the record of their digests; with `full`, every file is hashed even if its metadata is unchanged.
    """
    named = os.environ.get(NAMED)
    if named:
        # The engine runs in the project's folder: a relative path would be another file there.
        yield _foreign(Path(named).absolute())
        return
    on_path = shutil.which("pulumi")
    if on_path and not Path(on_path).is_absolute():
        yield Candidate("found", Path(on_path), problem="it is in a relative folder of PATH, which differs by folder")
    elif on_path and Path(on_path).resolve() not in {(folder / name).resolve() for _, folder, name, _ in _installed()}:
        yield _foreign(Path(on_path))
    for origin, folder, name, version in _installed():
        if os.path.lexists(folder):
            problem = damage(folder, version, full=full)
            yield Candidate(origin, folder / name, version, f"it is damaged: {problem}" if problem else "")


def find(*, full: bool = False) -> Engine | None:
    """The engine to use; None if none is new enough and undamaged."""
    for one in candidates(full=full):
        if not one.problem:
            return Engine(one.path, one.version, one.origin)
    return None


def damaged() -> list[Path]:
    """The folders of damaged engines that Bluelamp installed."""
    return [
        folder
        for _, folder, _, version in _installed()
        if os.path.lexists(folder) and damage(folder, version, full=True)
    ]


def missing() -> str:
    """Why no engine can be used: none was found, or the problem of each."""
    found = [f"{one.path}: {one.problem}" for one in candidates()]
    return "; ".join(found) if found else "no Pulumi engine was found"


def version_of(path: Path) -> str | None:
    """The version that `pulumi version` prints, without its `v`; None if it cannot be run."""
    return _ask(path)[0]


def new_enough(version: str) -> bool:
    """Whether a version, `3.259.0`, is at least `MINIMUM`."""
    return tuple(int(part) for part in version.split(".")[:3]) >= MINIMUM


def _installed() -> tuple[tuple[Origin, Path, str, str], ...]:
    """The engines that Bluelamp may have installed: folder, binary and version."""
    return (
        ("official", official_folder(), "bin/pulumi", official_version()),
        ("built", built_folder(), "pulumi", pinned_version()),
    )


def _foreign(path: Path) -> Candidate:
    """A binary that Bluelamp did not install, with the version that it prints."""
    version, problem = _ask(path)
    if version is not None and not new_enough(version):
        problem = f"it is {version}, and {'.'.join(map(str, MINIMUM))} or newer is needed"
    return Candidate("found", path, version or "", problem)


def _ask(path: Path) -> tuple[str | None, str]:
    """The version that a binary prints, or None and the reason."""
    try:
        if path.is_dir():
            return None, "it is a folder"
        ended = run(
            [str(path), "version"],
            seconds=_SECONDS,
            env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
            limit=_LIMIT,
        )
    except ProcessError as error:
        return None, f"`pulumi version` {error.strerror}"
    except OSError as error:
        return None, f"it cannot be run: {reason_of(error)}"
    if ended.status:
        said = f": {ended.complaint[:200]}" if ended.complaint else ""
        return None, f"`pulumi version` ended with status {ended.status}{said}"
    found = _VERSION.match(ended.output.decode("utf-8", "replace").strip())
    return (found[1], "") if found else (None, "`pulumi version` prints no version")
