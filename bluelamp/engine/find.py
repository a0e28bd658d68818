"""Which engine there is: on the PATH, from the official release, or built here."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bluelamp import bytecode
from bluelamp.engine.build import built_folder, pinned_version
from bluelamp.folders import cache

MINIMUM = (3, 220, 0)
"""The oldest `pulumi` whose event log and `--config-file` do what Bluelamp needs."""

Origin = Literal["found", "official", "built"]


@dataclass(frozen=True)
class Engine:
    """A `pulumi` that can be run: its binary, its version and where it came from."""

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


def official_folder() -> Path:
    """Where the official release is installed."""
    return cache() / "engine" / "official"


def candidates() -> Iterator[tuple[Origin, Path]]:
    """Every `pulumi` on this machine, in the order of preference, usable or not.

    `$BLUELAMP_ENGINE` may name one binary, which is then the only candidate.
    """
    named = os.environ.get("BLUELAMP_ENGINE")
    if named:
        yield "found", Path(named)
        return
    on_path = shutil.which("pulumi")
    built = built_folder() / "pulumi"
    if on_path and Path(on_path).resolve() != built.resolve():
        yield "found", Path(on_path)
    official = official_folder() / "bin" / "pulumi"
    if official.is_file():
        yield "official", official
    if built.is_file():
        yield "built", built


def find() -> Engine | None:
    """The engine to use, or None where there is none that is new enough."""
    for origin, path in candidates():
        # What was built here is what is pinned; asking it would cost a third of a second each time.
        version = pinned_version() if origin == "built" else version_of(path)
        if version is not None and new_enough(version):
            return Engine(path, version, origin)
    return None


def version_of(path: Path) -> str | None:
    """What `pulumi version` says, without its `v`; None where it cannot be run."""
    try:
        run = subprocess.run(
            [str(path), "version"],
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
        )
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"\d+\.\d+\.\d+", run.stdout)
    return found.group() if found else None


def new_enough(version: str) -> bool:
    """Whether a version, `3.259.0`, is at least `MINIMUM`."""
    return tuple(int(part) for part in version.split(".")[:3]) >= MINIMUM
