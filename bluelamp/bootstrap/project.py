"""The Pulumi project of a bootstrap, written for the engine, and the stack's outputs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bluelamp.core.files import replace

_FOLDER: Final = Path(".bluelamp", "bootstrap")
_PROJECT: Final = """name: {project}
description: What must exist before the first deployment of {force}. Written by bluelamp bootstrap; changes are lost.
runtime: python
stackConfigDir: {settings}
"""
_PROGRAM: Final = '''"""The bootstrap of {force}. Written by `bluelamp bootstrap`; changes are lost."""

from pathlib import Path

import pulumi

from bluelamp.infra.program.bootstrap import start

start(pulumi.get_stack(), Path(__file__).resolve().parents[3])
'''
_STACK: Final = "pulumi:pulumi:Stack"


def write_project(root: Path, project: str, force: str) -> Path:
    """The folder of the project, which is written anew. The engine keeps the stack's file in `stacks/<force>/`.

    Raises `OSError` where it cannot be written.
    """
    folder = root / _FOLDER / force
    settings = Path(*[".."] * 3, "stacks", force).as_posix()
    replace(folder / "Pulumi.yaml", _PROJECT.format(project=project, force=force, settings=settings))
    replace(folder / "__main__.py", _PROGRAM.format(force=force))
    return folder


def outputs(state: Mapping[str, Any]) -> dict[str, str]:
    """The stack's outputs that are text, from an exported state; empty where nothing is deployed."""
    resources = (state.get("deployment") or {}).get("resources") or []
    found = next((each.get("outputs") or {} for each in resources if each.get("type") == _STACK), {})
    return {key: value for key, value in found.items() if isinstance(value, str)}
