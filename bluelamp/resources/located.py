"""JSON as accepted by ARM, with comments and multi-line strings. Every object has its start position."""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from json.decoder import JSONDecodeError, JSONObject  # type: ignore[attr-defined]
from json.scanner import py_make_scanner  # type: ignore[attr-defined]
from math import isfinite
from typing import Any, Final

from bluelamp.core.problems import Problem
from bluelamp.core.source import show
from bluelamp.resources.budget import MOST_VALUES, OverBudget, size

DEEPEST: Final = 100
"""The maximum nesting depth of a template; nested templates need a few levels each."""
LONE_SURROGATE: Final = "a text holds half of a character (a lone surrogate)"
TOO_LONG: Final = "a number has too many digits"
# An unclosed token extends to the end of the text, so that scanning is linear. Strings may have several lines.
_STRING_OR_COMMENT: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\Z)|//[^\n]*|/\*.*?(?:\*/|\Z)', re.DOTALL)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_ESCAPED: Final = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")
"""A lone surrogate in JSON's notation."""


class Located(dict[str, Any]):
    """An object; `start` is its position in the text."""

    __slots__ = ("_members", "start")

    def __init__(self, *given: Any, start: int = 0) -> None:
        super().__init__(*given)
        self.start = start
        self._members: dict[str, list[Any]] | None = None

    @property
    def members(self) -> Mapping[str, list[Any]]:
        """The members by folded name; several if names differ in case only. For complete objects."""
        if self._members is None:
            self._members = members(self)
        return self._members


class DuplicateName(ValueError):  # noqa: N818 - describes the input
    """An object has a name twice, or in two spellings that differ in case only; `start` is the object's position."""

    def __init__(self, one: str, other: str, start: int = -1) -> None:
        first, second = (show(name, quote=False) for name in (one, other))
        also = "" if one == other else f" ({first} and {second} differ in case only, which ARM ignores)"
        super().__init__(f"duplicate key {second}{also}")
        self.start = start


class Unreadable(Exception):  # noqa: N818 - describes the input
    """The text is not JSON; `problem` says where and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@lru_cache(maxsize=4096)
def fold(name: str) -> str:
    """A name as ARM compares it: with ASCII letters in lower case, as property names have no others."""
    return name.lower() if name.isascii() else name


def members(value: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The members of an object by folded name; several if names differ in case only."""
    result: dict[str, list[Any]] = {}
    for name, item in value.items():
        result.setdefault(fold(str(name)), []).append(item)
    return result


def folded(value: Any) -> dict[str, Any]:
    """The members of an object by folded name; none if `value` is not an object. Raises `DuplicateName`."""
    if not isinstance(value, Mapping):
        return {}
    result = {fold(name): item for name, item in value.items()}
    if len(result) != len(value):
        seen: dict[str, str] = {}
        for name in value:
            other = seen.setdefault(fold(name), name)
            if other != name:
                raise DuplicateName(other, name, getattr(value, "start", -1))
    return result


class _Decoder(json.JSONDecoder):
    def __init__(self) -> None:
        super().__init__(
            object_pairs_hook=_without_duplicates, parse_float=finite, parse_constant=no_constant, strict=False
        )
        self.parse_object = self._located
        self.scan_once = py_make_scanner(self)

    def _located(self, position: tuple[str, int], *rest: Any) -> tuple[Any, int]:
        try:
            value, end = JSONObject(position, *rest)
        except DuplicateName as error:
            if error.start < 0:
                error.start = position[1] - 1
            raise
        value.start = position[1] - 1
        return value, end


def _without_duplicates(pairs: list[tuple[str, Any]]) -> Located:
    result = Located(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise DuplicateName(name, name)
            seen.add(name)
    return result


def is_well_formed(value: Any) -> bool:
    """Whether every string in `value` is valid Unicode, without lone surrogates (`\\ud800`)."""
    level = [value]
    while level:
        inner: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                inner += each.values()
                inner += each
            elif isinstance(each, list):
                inner += each
            elif isinstance(each, str) and not each.isascii() and _SURROGATE.search(each):
                return False
        level = inner
    return True


def finite(text: str) -> float:
    """The number in JSON text; raises `ValueError` if it is too large for a float."""
    number = float(text)
    if not isfinite(number):
        raise ValueError(f"the number {show(text, quote=False)} is too large")
    return number


def no_constant(text: str) -> float:
    """Refuses Python's NaN and Infinity with `ValueError`."""
    raise ValueError(f"{text} is not JSON")


def reason(error: ValueError) -> str:
    """The error's message, without Python's advice on its limit on digits."""
    return TOO_LONG if str(error).startswith("Exceeds the limit") else str(error)


def read(text: str, file: str) -> Any:
    """The value of `text`. Raises `Unreadable`."""
    try:
        value = _decoded(text)
        _check(value, text, file)
    except JSONDecodeError as error:
        raise Unreadable(Problem(file, error.lineno, error.colno, message=f"this is not JSON: {error.msg}")) from error
    except DuplicateName as error:
        line = text.count("\n", 0, max(error.start, 0)) + 1
        raise Unreadable(Problem(file, line, message=str(error), next_step="keep one of them")) from error
    except ValueError as error:
        raise Unreadable(Problem(file, message=reason(error))) from error
    except RecursionError as error:
        raise Unreadable(Problem(file, message="values are nested too deep")) from error
    return value


def _decoded(text: str) -> Any:
    """The value of `text`. Comments are removed only if parsing fails, as most files have none."""
    try:
        return _Decoder().decode(text)
    except JSONDecodeError:
        return _Decoder().decode(_STRING_OR_COMMENT.sub(_as_white_space, text))


def _check(value: Any, text: str, file: str) -> None:
    """Raises `Unreadable` for values that are nested too deep and for invalid Unicode."""
    try:
        size(value, 100 * MOST_VALUES, DEEPEST)
    except OverBudget as error:
        raise Unreadable(Problem(file, message=f"values are nested too deep: more than {DEEPEST} levels")) from error
    if _ESCAPED.search(text) and not is_well_formed(value):
        raise Unreadable(Problem(file, message=LONE_SURROGATE))


def _as_white_space(found: re.Match[str]) -> str:
    """A comment as white space of the same length, to preserve positions; a string unchanged."""
    return found[0] if found[0].startswith('"') else re.sub(r"[^\n]", " ", found[0])
