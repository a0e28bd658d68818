"""JSON as ARM takes it, with comments, in which every object knows the line that it begins on."""

import json
import re
from json.decoder import JSONDecodeError, JSONObject  # type: ignore[attr-defined]
from json.scanner import py_make_scanner  # type: ignore[attr-defined]
from typing import Any, Final

from bluelamp.core.problems import Problem

_STRING_OR_COMMENT: Final = re.compile(r'"(?:[^"\\\n]|\\.)*"|//[^\n]*|/\*.*?\*/', re.DOTALL)


class Located(dict[str, Any]):
    """An object; `start` is where in the text it begins."""

    start = 0


class Unreadable(Exception):  # noqa: N818 - what a text is
    """The text is not JSON; `problem` says where and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class _Decoder(json.JSONDecoder):
    def __init__(self) -> None:
        super().__init__(object_pairs_hook=_once)
        self.parse_object = self._located
        self.scan_once = py_make_scanner(self)

    def _located(self, place: tuple[str, int], *rest: Any) -> tuple[Any, int]:
        value, end = JSONObject(place, *rest)
        value.start = place[1] - 1
        return value, end


def _once(pairs: list[tuple[str, Any]]) -> Located:
    made = Located(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {next(name for name in names if names.count(name) > 1)} stands twice")
    return made


def read(text: str, file: str) -> Any:
    """The value that `text` holds. Raises `Unreadable`."""
    bare = _STRING_OR_COMMENT.sub(_blank, text)
    try:
        return _Decoder().decode(bare)
    except JSONDecodeError as error:
        raise Unreadable(Problem(file, error.lineno, error.colno, message=f"this is not JSON: {error.msg}")) from error
    except ValueError as error:
        raise Unreadable(Problem(file, message=str(error))) from error
    except RecursionError as error:
        raise Unreadable(Problem(file, message="values are nested too deep")) from error


def _blank(found: re.Match[str]) -> str:
    """A comment as white space of the same length, so that places stay what they are; a string as it is."""
    return found[0] if found[0].startswith('"') else re.sub(r"[^\n]", " ", found[0])
