"""Which Python runs a program: the project's virtual environment, the caller's, or the one Bluelamp lives in."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import bluelamp

_PACKAGE: Final = Path(bluelamp.__file__).resolve().parent


def interpreter(root: Path, options: Mapping[str, Any]) -> str:
    """The Python for a project at `root` whose `runtime.options` are `options`.

    Raises `FileNotFoundError` where the options name a virtual environment that is not there.
    """
    named = options.get("virtualenv") or (".venv" if options.get("toolchain") == "uv" else None)
    if named:
        python = _inside(root / str(named))
        if python is None:
            raise FileNotFoundError(
                f"Pulumi.yaml asks for the virtual environment {named}, and {root / str(named)} is not one; "
                f"make it with: python3 -m venv {root / str(named)}"
            )
        return python
    if root.resolve().is_relative_to(_PACKAGE):
        return sys.executable  # what is part of Bluelamp needs Bluelamp
    active = os.environ.get("VIRTUAL_ENV")
    if active and (python := _inside(Path(active))):
        return python
    found = shutil.which("python3") or shutil.which("python")
    return found if found and _has_pulumi(found) else sys.executable


def _inside(environment: Path) -> str | None:
    for place in ("bin/python", "Scripts/python.exe"):
        if (environment / place).is_file():
            return str(environment / place)
    return None


@lru_cache
def _has_pulumi(python: str) -> bool:
    probe = "import importlib.util, sys; sys.exit(importlib.util.find_spec('pulumi') is None)"
    return subprocess.run([python, "-c", probe], check=False, capture_output=True).returncode == 0
