"""Where the code declares a resource: its component, and the lines of its properties."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeVar

from bluelamp import modules
from bluelamp.planning import PlannedResource
from bluelamp.planning.single_resource import Declared, Frame

CODE: Final = Path(modules.__path__[0]).parent
"""The folder that contains `modules`: the checkout, or the installed package."""
_OWN: Final = "bluelamp:index:"
_MOST: Final = 5
_Made = TypeVar("_Made", PlannedResource, Declared)
_CAPITAL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def component_of(resource: PlannedResource | Declared, by_urn: Mapping[str, _Made]) -> _Made | None:
    """The nearest component above `resource`; None outside components."""
    parent = by_urn.get(resource.parent)
    while parent is not None and not parent.type.startswith(_OWN):
        parent = by_urn.get(parent.parent)
    return parent


def folder_of(component: PlannedResource | Declared, root: Path) -> str:
    """The folder of the module that defines `component`, relative to `root`; empty if not found."""
    wanted = re.compile(rf"^class {re.escape(component.type.removeprefix(_OWN))}\(", re.MULTILINE)
    for path in sorted((root / "modules").rglob("*.py")):
        if wanted.search(path.read_text(encoding="utf-8")):
            return path.parent.relative_to(root).as_posix()
    return ""


def argument(declaration: Frame, steps: Sequence[str | int]) -> tuple[Path, int]:
    """The file and line of the property's argument in the resource's declaration, or else of the declaration."""
    tree = ast.parse(declaration.file.read_text(encoding="utf-8"))
    around = [
        each
        for each in ast.walk(tree)
        if isinstance(each, ast.Call) and each.lineno <= declaration.line <= (each.end_lineno or each.lineno)
    ]
    # The innermost named property, in the innermost call: calls may be nested.
    for key in (step for step in reversed(steps) if isinstance(step, str)):
        names = {_CAPITAL.sub("_", key).lower(), key}
        for call in sorted(around, key=lambda each: each.lineno, reverse=True):
            if found := _named(call, names):
                return declaration.file, found[0]
        # A function of the same file may build the argument.
        found = _named(tree, names)
        if len(found) == 1:
            return declaration.file, found[0]
    return declaration.file, declaration.line


def _named(tree: ast.AST, names: set[str]) -> list[int]:
    return [each.value.lineno for each in ast.walk(tree) if isinstance(each, ast.keyword) and each.arg in names]


def mentions(folder: str, key: str, root: Path) -> list[str]:
    """Up to five places (`file:line`) where the module in `folder` names the property `key`, in snake or camel case."""
    snake = _CAPITAL.sub("_", key).lower()
    return list(_found(root / folder, re.compile(rf"\b({re.escape(snake)}|{re.escape(key)})\b"), root))[:_MOST]


def _found(folder: Path, word: re.Pattern[str], root: Path) -> Iterator[str]:
    for path in sorted(folder.glob("*.py")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if word.search(line):
                yield f"{path.relative_to(root).as_posix()}:{number}"
