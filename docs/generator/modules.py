"""A page for each module, from its source: what it makes, its arguments, its outputs and its examples.

Nothing of a module is imported: with the SDKs that they use, that takes most of a minute.
"""

import ast
import inspect
import posixpath
import re
import textwrap
from collections.abc import Mapping
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Final

from bluelamp.cli.module_index import Argument, Module, arguments
from bluelamp.cli.module_index import modules as components
from docs.generator.text import code, fence, page, table

_ROOT: Final = Path(__file__).parents[2]
_FOLDER: Final = _ROOT / "modules"
_AREAS: Final = {
    "azure": "Azure",
    "kubernetes": "Kubernetes on the force's own premises",
    "hybrid": "The link between Azure and the force's own premises",
    "data": "Data",
    "naming": "Names and tags",
}
"""Headings of the areas, by folder; one that is not here has its folder's name."""
_NAME: Final = re.compile(r"\b[A-Z]\w+")


def modules() -> dict[str, str]:
    """The index of the modules and a page for each, by the page's name."""
    found = _found()
    parts = [
        "A module is a Pulumi component with typed arguments and outputs: it makes the resources of one part of a "
        "landing zone, named, tagged and within the baseline. A program imports it "
        "([a module in another project](projects.md#a-module-in-another-project)); programs in other languages use "
        "the modules as a component package ([other languages](projects.md#programs-in-other-languages)). "
        "`bluelamp explain azure/hub` shows the same in a terminal.",
    ]
    for area in sorted({folder.partition("/")[0] for folder in found}, key=_place):
        rows = [
            (f"[{folder}]({_page(folder)}.md)", _summary(folder), ", ".join(code(each.name) for each in made))
            for folder, made in found.items()
            if folder.partition("/")[0] == area
        ]
        parts += [f"## {_AREAS.get(area, area.capitalize())}", table(("module", "makes", "components"), rows)]
    pages = {_page(folder): _module(folder, made) for folder, made in found.items()}
    return {"modules": page("Modules", *parts), **pages}


@cache
def _found() -> dict[str, list[Module]]:
    """The components of each folder that has examples, by the folder below `modules/`."""
    made: dict[str, list[Module]] = {}
    for each in components(_ROOT):
        made.setdefault(each.folder, []).append(each)
    folders = sorted(path.parent.relative_to(_FOLDER).as_posix() for path in _FOLDER.rglob("examples"))
    return {folder: made.get(folder, []) for folder in folders}


def _place(area: str) -> tuple[int, str]:
    order = list(_AREAS)
    return (order.index(area) if area in order else len(order), area)


def _page(folder: str) -> str:
    return f"modules/{folder}"


@cache
def _text(folder: str) -> str:
    source = (_FOLDER / folder / "__init__.py").read_text(encoding="utf-8")
    return inspect.cleandoc(ast.get_docstring(ast.parse(source)) or "")


def _summary(folder: str) -> str:
    return _text(folder).partition("\n\n")[0]


def _module(folder: str, made: list[Module]) -> str:
    parts = [
        f"`from bluelamp.modules.{folder.replace('/', '.')} import {', '.join(each.name for each in made)}`"
        if made
        else f"`from bluelamp.modules import {folder}`",
        _prose(_text(folder)),
    ]
    examples = {path.stem: path.read_text(encoding="utf-8") for path in (_FOLDER / folder / "examples").glob("*.py")}
    if "minimal" in examples:
        parts += ["## Minimal example", fence("python", examples["minimal"])]
    shapes: dict[str, ast.ClassDef] = {}
    for each in made:
        parts += [f"## {each.name}", each.title]
        parts += _fields(f"### Arguments of {each.name}", each.arguments, folder, outputs=False)
        parts += _fields(f"### Outputs of {each.name}", each.outputs, folder, outputs=True)
        _reach(each.arguments, folder, shapes)
    if not made:
        shapes = {name: shape for name, shape in _shapes(folder).items() if name[:1] != "_"}
    for name, shape in sorted(shapes.items()):
        said = " ".join((ast.get_docstring(shape) or "").split())
        parts += [f"## {name}", said, *_fields("", tuple(arguments(shape, _ROOT)), folder, outputs=False)]
    for name, text in sorted(examples.items(), key=lambda pair: (pair[0] != "full", pair[0])):
        if name != "minimal":
            parts += [f"## {name.replace('_', ' ').capitalize()} example", fence("python", text)]
    return page(folder, *parts)


def _prose(text: str) -> str:
    """A docstring as Markdown: what is indented is Python."""
    parts = []
    for each in text.split("\n\n"):
        indented = all(line.startswith("    ") for line in each.splitlines())
        parts.append(fence("python", textwrap.dedent(each).replace("…", "...")) if indented and each.strip() else each)
    return "\n\n".join(parts)


def _fields(heading: str, rows: tuple[Argument, ...], folder: str, *, outputs: bool) -> list[str]:
    if not rows:
        return []
    if outputs:
        made = table(("output", "type", "meaning"), ((code(each.name), _type(each.type), each.note) for each in rows))
    else:
        made = table(
            ("argument", "type", "", "meaning"),
            (
                (code(each.name), _type(each.type), "required" if each.required else "", _linked(each, folder))
                for each in rows
            ),
        )
    return [heading, made] if heading else [made]


def _linked(each: Argument, folder: str) -> str:
    """The note on an argument, with links to the shapes in its type that other pages describe."""
    links = []
    for name in _NAME.findall(each.type):
        place = _elsewhere(name, folder)
        if place:
            to = posixpath.relpath(f"{_page(place)}.md", posixpath.dirname(_page(folder)))
            links.append(f"[{name}]({to}#{name.lower()})")
    return " ".join([each.note, *(f"See {each}." for each in links)])


def _elsewhere(name: str, folder: str) -> str:
    """The folder whose page describes a shape, where that is another page's; else empty."""
    if name in _shapes(folder):
        return ""
    found = _found()
    return next((each for each in found if not found[each] and name in _shapes(each)), "")


def _type(text: str) -> str:
    return code(text.replace("pulumi.", "").replace("naming.", ""))


def _reach(taken: tuple[Argument, ...], folder: str, shapes: dict[str, ast.ClassDef]) -> None:
    """Adds every typed dictionary that arguments name, directly or through others, except those of other pages."""
    for each in taken:
        for name in _NAME.findall(each.type):
            if name in shapes or _elsewhere(name, folder):
                continue
            shape = _shapes(folder).get(name) or _every().get(name)
            if shape is not None:
                shapes[name] = shape
                _reach(tuple(arguments(shape, _ROOT)), folder, shapes)


@cache
def _shapes(folder: str) -> Mapping[str, ast.ClassDef]:
    """The typed dictionaries in a module's own files, by name."""
    found = {}
    for path in sorted((_FOLDER / folder).glob("*.py")):
        for each in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(each, ast.ClassDef) and _typed(each):
                found[each.name] = each
    return found


@cache
def _every() -> Mapping[str, ast.ClassDef]:
    """The typed dictionaries of every module, by name."""
    folders = {PurePosixPath(path.relative_to(_FOLDER).as_posix()).parent for path in _FOLDER.rglob("*.py")}
    return {name: each for folder in sorted(folders) for name, each in _shapes(str(folder)).items()}


def _typed(shape: ast.ClassDef) -> bool:
    """Whether a class is a typed dictionary: `TypedDict`, or one based on another typed dictionary of its own file."""
    names = [base.id for base in shape.bases if isinstance(base, ast.Name)]
    return "TypedDict" in names or any(name.endswith("Args") for name in names)
