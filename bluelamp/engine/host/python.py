"""Chooses the Python for a program: the project's virtual environment, the caller's, or Bluelamp's own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import bluelamp

_TOOLS: Final = {"uv": "uv sync", "poetry": "poetry install"}
"""The tools that manage a project's virtual environment, and the command that creates it; `pip` manages none."""
_PACKAGE: Final = Path(bluelamp.__file__).resolve().parent


def interpreter(root: Path, options: Mapping[str, Any]) -> str:
    """The Python for a project at `root` whose `runtime.options` are `options`.

    Raises `FileNotFoundError` if the options name a virtual environment, or a tool that manages one, and it does not
    exist.
    """
    named = options.get("virtualenv")
    if named:
        python = _inside(root / str(named))
        if python is None:
            raise FileNotFoundError(
                f"Pulumi.yaml requires the virtual environment {named}, but {root / str(named)} is not one; "
                f"create it with: python3 -m venv {root / str(named)}"
            )
        return python
    tool = options.get("toolchain")
    if tool in _TOOLS:
        python = _of_tool(str(tool), root)
        if python is None:
            raise FileNotFoundError(
                f"Pulumi.yaml requires the toolchain {tool}, but {root} has no virtual environment of it; "
                f"create it with: {_TOOLS[str(tool)]}"
            )
        return python
    if root.resolve().is_relative_to(_PACKAGE):
        return sys.executable  # programs inside Bluelamp need Bluelamp
    active = os.environ.get("VIRTUAL_ENV")
    if active and (python := _inside(Path(active))):
        return python
    found = shutil.which("python3") or shutil.which("python")
    return found if found and _has_pulumi(found) else sys.executable


def _of_tool(tool: str, root: Path) -> str | None:
    """The Python of the environment that uv or Poetry manages for the project at `root`."""
    here = root.resolve()
    named = os.environ.get("UV_PROJECT_ENVIRONMENT") if tool == "uv" else None
    for folder in (here, *here.parents):
        # A uv workspace has one environment, at its root.
        if python := _inside(folder / (named or ".venv")):
            return python
        if (folder / ".git").exists() or (tool == "poetry" and (folder / "pyproject.toml").is_file()):
            break
    poetry = shutil.which("poetry") if tool == "poetry" else None
    if poetry is None:
        return None
    command = [poetry, "env", "info", "--path", "--no-ansi", "--directory", str(here)]
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return None
    return _inside(Path(done.stdout.strip())) if done.returncode == 0 and done.stdout.strip() else None


def _inside(environment: Path) -> str | None:
    for place in ("bin/python", "Scripts/python.exe"):
        if (environment / place).is_file():
            return str(environment / place)
    return None


@lru_cache
def _has_pulumi(python: str) -> bool:
    probe = "import importlib.util, sys; sys.exit(importlib.util.find_spec('pulumi') is None)"
    return subprocess.run([python, "-c", probe], check=False, capture_output=True).returncode == 0
