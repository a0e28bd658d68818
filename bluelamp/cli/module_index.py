"""An index of module components, parsed from source without imports, which takes milliseconds."""

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

_INSTALLED: Final = Path(__file__).parent.parent
"""The installed package, for projects without modules of their own."""


@dataclass(frozen=True)
class Argument:
    """One argument of a component: its type as the source has it."""

    name: str
    type: str
    required: bool
    note: str


@dataclass(frozen=True)
class Module:
    """A component: `folder` below `modules/`, `name` its class, `file` and `line` where that is."""

    name: str
    folder: str
    file: str
    line: int
    title: str
    text: str
    arguments: tuple[Argument, ...]
    outputs: tuple[Argument, ...]


def modules(root: Path) -> list[Module]:
    """Every component, by folder and name: of the project's own `modules/`, else of Bluelamp's."""
    if not (root / "modules").is_dir():
        root = _INSTALLED
    found = [each for path in sorted((root / "modules").rglob("*.py")) for each in _of(path, root)]
    return sorted(found, key=lambda each: (each.folder, each.name))


def _of(path: Path, root: Path) -> Iterator[Module]:
    if "examples" in path.parts:
        return
    text = path.read_text(encoding="utf-8")
    if "(Component)" not in text:
        return
    classes = _classes(text)
    shapes = {each.name: each for each in classes}
    for each in classes:
        if not any(isinstance(base, ast.Name) and base.id == "Component" for base in each.bases):
            continue
        shape = shapes.get(f"{each.name}Args")
        if shape is None:  # beside the component's own file
            shape = _shape(path.parent, f"{each.name}Args")
        whole = inspect.cleandoc(ast.get_docstring(each) or "")
        yield Module(
            each.name,
            path.parent.relative_to(root / "modules").as_posix(),
            path.relative_to(root).as_posix(),
            each.lineno,
            " ".join(whole.partition("\n\n")[0].split()),
            _package(path.parent),
            tuple(arguments(shape, root)) if shape else (),
            tuple(_fields(each)),
        )


def _shape(folder: Path, name: str) -> ast.ClassDef | None:
    for path in sorted(folder.glob("*.py")):
        text = path.read_text(encoding="utf-8")
        if f"class {name}(" in text:
            return next(each for each in _classes(text) if each.name == name)
    return None


def arguments(shape: ast.ClassDef, root: Path) -> Iterator[Argument]:
    """The fields of `shape`, after those of the shared typed dictionary that it extends."""
    shared = _shared(root)
    for base in shape.bases:
        if isinstance(base, ast.Name) and base.id in shared:
            yield from arguments(shared[base.id], root)
    yield from _fields(shape)


@cache
def _shared(root: Path) -> dict[str, ast.ClassDef]:
    """The typed dictionaries of arguments that components share, by name."""
    file = root / "modules/shared_arguments.py"
    return {each.name: each for each in _classes(file.read_text(encoding="utf-8"))} if file.exists() else {}


def _classes(text: str) -> list[ast.ClassDef]:
    return [each for each in ast.parse(text).body if isinstance(each, ast.ClassDef)]


def _package(folder: Path) -> str:
    file = folder / "__init__.py"
    return (
        inspect.cleandoc(ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "") if file.exists() else ""
    )


def _fields(shape: ast.ClassDef) -> Iterator[Argument]:
    for place, each in enumerate(shape.body):
        if not isinstance(each, ast.AnnAssign) or not isinstance(each.target, ast.Name) or each.target.id[:1] == "_":
            continue
        type_ = ast.unparse(each.annotation)
        optional = type_.startswith("NotRequired[")
        after = shape.body[place + 1] if place + 1 < len(shape.body) else None
        note = ""
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) and isinstance(after.value.value, str):
            note = " ".join(after.value.value.split())
        yield Argument(
            each.target.id, type_.removeprefix("NotRequired[").removesuffix("]" if optional else ""), not optional, note
        )
