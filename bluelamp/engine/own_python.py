"""Runs a force's project with the command's Python, and so with the same version of Bluelamp."""

import os
import sys
from collections.abc import MutableMapping
from pathlib import Path


def prefer_own_python(environment: MutableMapping[str, str], root: Path) -> None:
    """Makes this process's virtual environment the active one in `environment`, if `root` is a Bluelamp project.

    A virtual environment named in the project's `Pulumi.yaml` takes precedence.
    """
    if sys.prefix == sys.base_prefix or not (root / "stacks" / "forces.yaml").is_file():
        return
    engine, *others = environment.get("PATH", "").split(os.pathsep)
    environment["VIRTUAL_ENV"] = sys.prefix
    environment["PATH"] = os.pathsep.join([engine, str(Path(sys.prefix, "bin")), *others])
