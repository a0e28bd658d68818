"""Where in the code a resource is made: the component it belongs to, and the lines that say a property."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from bluelamp import modules
from bluelamp.planning import PlannedResource

CODE: Final = Path(modules.__path__[0]).parent
"""The folder that holds the modules: the checkout, or the installed package."""
_OWN: Final = "bluelamp:index:"
_MOST: Final = 5
_CAPITAL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def component_of(resource: PlannedResource, by_urn: Mapping[str, PlannedResource]) -> PlannedResource | None:
    """The nearest component above `resource`, None where it stands alone."""
    parent = by_urn.get(resource.parent)
    while parent is not None and not parent.type.startswith(_OWN):
        parent = by_urn.get(parent.parent)
    return parent


def folder_of(component: PlannedResource, root: Path) -> str:
    """The folder of the module that makes `component`, relative to `root`; empty where it is not found."""
    wanted = re.compile(rf"^class {re.escape(component.type.removeprefix(_OWN))}\(", re.MULTILINE)
    for path in sorted((root / "modules").rglob("*.py")):
        if wanted.search(path.read_text(encoding="utf-8")):
            return path.parent.relative_to(root).as_posix()
    return ""


def mentions(folder: str, key: str, root: Path) -> list[str]:
    """Where the module in `folder` names the property `key`, as Python or JSON would: `file:line`, a few."""
    snake = _CAPITAL.sub("_", key).lower()
    return list(_found(root / folder, re.compile(rf"\b({re.escape(snake)}|{re.escape(key)})\b"), root))[:_MOST]


def _found(folder: Path, word: re.Pattern[str], root: Path) -> Iterator[str]:
    for path in sorted(folder.glob("*.py")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if word.search(line):
                yield f"{path.relative_to(root).as_posix()}:{number}"
