"""Reads a generated Pulumi SDK as text: classes, their properties and their annotations.

Importing an SDK module takes much time and memory (`pulumi_azure_native.network`: 1.4 s, 170 MB), and lazy modules are
not thread-safe. Generated files have one pattern, so only the lines of a class are read, in about a millisecond,
without executing anything and without locks.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_TOP = re.compile(rb"(?:class|def) (\w+)")
_GETTER = re.compile(
    r"    @pulumi\.getter(?:\(name=\"(?P<name>[^\"]+)\"\))?\n"
    r"(?:    @_utilities\.deprecated\((?P<deprecated>\"\"\".*?\"\"\")\)\n)?"
    r"    def (?P<python>\w+)\(self\) -> (?P<type>[^\n]+):\n"
    r"(?:\s+\"\"\"(?P<doc>.*?)\"\"\")?",
    re.DOTALL,
)
_DEFAULT = re.compile(r"^ +if (\w+) is None:\n +\1 = ([^\n]+)\n", re.MULTILINE)
_CONSTANT = re.compile(
    r"^ +pulumi\.set\(__self__, \"(\w+)\", ('[^\n]*'|\"[^\n]*\"|True|False|-?[\d.]+)\)\n", re.MULTILINE
)
_MEMBER = re.compile(r"^    [A-Z_]\w* = ([^\n]+)\n", re.MULTILINE)
_DOCSTRING = re.compile(r"\"\"\"(.*?)\"\"\"", re.DOTALL)


@dataclass(frozen=True)
class Getter:
    """A property of a generated class: its engine name, Python name and annotation."""

    name: str
    python: str
    type: str
    doc: str
    deprecated: str


@cache
def _index(file: Path) -> Mapping[str, tuple[int, int]]:
    data = file.read_bytes() if file.is_file() else b""
    starts = sorted((*_after(data, b"\nclass "), *_after(data, b"\ndef ")))
    found = [match for start in starts if (match := _TOP.match(data, start))]
    ends = [*(match.start() for match in found[1:]), len(data)]
    return {match[1].decode(): (match.start(), end) for match, end in zip(found, ends, strict=False)}


def _after(data: bytes, line_feed: bytes) -> Iterator[int]:
    """The positions of lines with this prefix, which includes the line feed. The first line is always a comment."""
    at = data.find(line_feed)
    while at >= 0:
        yield at + 1
        at = data.find(line_feed, at + 1)


def defines(file: Path, name: str) -> bool:
    """Whether `file` has a class or function `name` at its top level."""
    return name in _index(file)


def names(file: Path) -> tuple[str, ...]:
    """The classes and functions at the top level of `file`."""
    return tuple(_index(file))


def text_of(file: Path, name: str) -> str:
    """The source of the class or function `name` in `file`; empty if there is none."""
    span = _index(file).get(name)
    if span is None:
        return ""
    with file.open("rb") as stream:
        stream.seek(span[0])
        return stream.read(span[1] - span[0]).decode()


def getters(text: str) -> Iterator[Getter]:
    """The properties of a generated class."""
    for found in _GETTER.finditer(text):
        notice = found["deprecated"]
        yield Getter(
            name=found["name"] or found["python"],
            python=found["python"],
            type=found["type"],
            doc=_clean(found["doc"] or ""),
            deprecated=_clean(str(literal(notice, ""))) if notice else "",
        )


def defaults(text: str) -> dict[str, Any]:
    """The SDK's literal defaults, by Python name, without those from environment variables."""
    marker = object()
    found = {match[1]: literal(match[2], marker) for match in _DEFAULT.finditer(text)}
    return {name: value for name, value in found.items() if value is not marker}


def constants(text: str) -> dict[str, Any]:
    """The constant values of an input class (discriminators), by Python name."""
    return {match[1]: literal(match[2], match[2]) for match in _CONSTANT.finditer(text)}


def members(text: str) -> tuple[Any, ...]:
    """The values of an enum class."""
    return tuple(literal(match[1], None) for match in _MEMBER.finditer(text))


def docstring(text: str) -> str:
    """The first docstring in `text`."""
    found = _DOCSTRING.search(text)
    return _clean(found[1]) if found else ""


@cache
def annotation(text: str) -> ast.expr:
    """An annotation, parsed; a quoted name becomes a plain one."""
    return ast.parse(text, mode="eval").body


def literal(text: str, otherwise: Any) -> Any:
    """The value of a Python literal; `otherwise` if `text` is another expression."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return otherwise


@cache
def file_of(folder: Path, name: str) -> Path | None:
    """The file of `folder` that defines `name`, first by file name, in snake case."""
    candidates = (*called(folder, name), *files(folder))
    return next((file for file in candidates if defines(file, name)), None)


def called(folder: Path, name: str) -> list[Path]:
    """The files of `folder` named after `name`; case-insensitive, without underscores."""
    return [file for file in files(folder) if _plain(file.stem) == _plain(name)]


@cache
def files(folder: Path) -> tuple[Path, ...]:
    """The Python files of `folder`."""
    return tuple(sorted(folder.glob("*.py")))


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _clean(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().splitlines())
