"""A fast reader for the subset of YAML in nearly all manifests, which builds values from events without nodes.

`documents` handles aliases, merge keys, tags, errors and very large files; it reads all of YAML and reports errors.
Both give the same values.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from yaml import (
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    YAMLError,
)
from yaml._yaml import CParser

from bluelamp.resources.budget import DEEPEST
from bluelamp.resources.manifests.scalars import scalar


@dataclass(frozen=True, slots=True)
class Document:
    """A document: its value, its first line, and the first line of each of its `items`, if any."""

    value: Any
    line: int
    items: tuple[int, ...] = ()


class TooManyError(Exception):
    """There are too many values; the last one is on line `line`."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def read_fast(text: str, lines_before: int, most: int) -> list[Document] | None:
    """The documents of `text`, which follows `lines_before` lines; None if this reader cannot read them.

    Raises `TooManyError` for more than `most` values.
    """
    try:
        return _Reader(text, lines_before, most).documents()
    except (_UnusualError, YAMLError):
        return None


class _UnusualError(Exception):
    """YAML that this reader does not support."""


class _Reader:
    """Consumes events; `_lines` are the lines of the items of the most recent list."""

    def __init__(self, text: str, lines_before: int, most: int) -> None:
        self._next: Callable[[], Any] = CParser(text).get_event
        self._left = most
        self._lines_before = lines_before
        self._lines: tuple[int, ...] = ()
        self._items: tuple[int, ...] = ()

    def documents(self) -> list[Document]:
        """All documents."""
        found = []
        while type(event := self._next()) is not StreamEndEvent:
            if type(event) is not DocumentStartEvent:
                continue
            first = self._next()
            self._items = ()
            value = self._value(first, 1)
            found.append(Document(value, first.start_mark.line + self._lines_before + 1, self._items))
        return found

    def _value(self, event: Any, depth: int) -> Any:
        kind = type(event)
        if event.anchor is not None or depth == DEEPEST:
            raise _UnusualError
        if kind is ScalarEvent:
            plain, quoted = event.implicit
            if plain:
                return scalar(event.value)
            if quoted:
                return event.value
        elif kind is MappingStartEvent:
            return self._mapping(depth)
        elif kind is SequenceStartEvent:
            return self._sequence(depth)
        raise _UnusualError

    def _line(self, event: Any) -> int:
        line: int = event.start_mark.line + self._lines_before + 1
        return line

    def _mapping(self, depth: int) -> dict[str, Any]:
        next_event = self._next
        result: dict[str, Any] = {}
        while type(key := next_event()) is ScalarEvent:
            name = key.value
            if name in result or name == "<<" or key.anchor is not None:
                raise _UnusualError
            self._left -= 1
            if self._left < 0:
                raise TooManyError(self._line(key))
            event = next_event()
            # Most values are plain scalars, which need no further call.
            if type(event) is ScalarEvent and event.implicit[0] and event.anchor is None:
                result[name] = scalar(event.value)
                continue
            result[name] = self._value(event, depth + 1)
            if name == "items" and depth == 1 and type(result[name]) is list:
                self._items = self._lines
        if type(key) is not MappingEndEvent:
            raise _UnusualError
        return result

    def _sequence(self, depth: int) -> list[Any]:
        result, lines = [], []
        while type(event := self._next()) is not SequenceEndEvent:
            self._left -= 1
            if self._left < 0:
                raise TooManyError(self._line(event))
            lines.append(event.start_mark.line + self._lines_before + 1)
            result.append(self._value(event, depth + 1))
        self._lines = tuple(lines)
        return result
