"""Reads YAML as the engine does, with the line and column of every key and value.

Settings are read twice, by the engine (in Go) and here, and both must see the same values. Text that the two readers
interpret differently (`0041`, `2026-04-01` without quotes, anchors) or that one of them silently drops (a duplicate
key) is therefore a problem, not a value.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bluelamp.core.files import FileRefusedError, read
from bluelamp.core.os_errors import reason_of
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.source import Source, Steps, show, spell

MAX_BYTES = 250_000
MAX_DEPTH = 30
MAX_PROBLEMS = 100
"""Limits far beyond any settings file; a larger file is a mistake or an attack."""

_EMPTY = "add its settings, or remove the file"
_EMPTY_STACK = "`bluelamp new FORCE` writes one to start from"
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,14})")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})(\.[0-9]{0,17})?([eE][-+]?[0-9]{1,2})?")
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}([Tt ].*)?")
_OTHER_NUMBER = re.compile(
    r"[-+]?(0[0-9_]+|0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|[0-9][0-9_]*|[0-9][0-9_]*\.[0-9_]*([eE][-+]?[0-9]+)?"
    r"|\.[0-9_]+([eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+|\.(inf|Inf|INF)|\.(nan|NaN|NAN))"
)


def name_of(path: Path, root: Path) -> str:
    """A file's name in messages: relative to the project's folder `root` where it is below that."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def content_of(path: Path, root: Path) -> tuple[bytes, str]:
    """The content of `path`, a regular file, and the file's name for messages, relative to `root`.

    Raises `SettingsError` when the file cannot be read.
    """
    name = name_of(path, root)
    try:
        return read(path, MAX_BYTES), name
    except FileRefusedError as error:
        raise SettingsError([Problem(name, message=str(error.strerror), next_step="is this the right file?")]) from None
    except OSError as error:
        raise SettingsError([Problem(name, message=f"cannot be read: {reason_of(error)}")]) from None


def parse(content: bytes, file: str, *, may_be_empty: bool = False) -> Source:
    """The document in `content`, called `file` in messages.

    Raises `SettingsError` if it is not YAML, or is empty and may not be.
    """
    source = Source(file)
    if may_be_empty and not content.strip():
        return source
    text = _decode(content, file)
    try:
        _compose(yaml.parse(text, Loader=_Loader), source)
        if source.values is None and not source.problems and not may_be_empty:
            raise SettingsError([_empty(file)])
    except yaml.MarkedYAMLError as error:
        raise SettingsError([_syntax(error, text, file)]) from None
    except yaml.YAMLError as error:
        raise SettingsError([Problem(file, message=f"is not YAML: {str(error).splitlines()[0]}")]) from None
    return source


def _decode(content: bytes, file: str) -> str:
    """The text of `content`; raises `SettingsError` when it is too long, empty or not UTF-8 text."""

    def fail(message: str, next_step: str, line: int = 0, column: int = 0) -> SettingsError:
        return SettingsError([Problem(file, line, column, message=message, next_step=next_step)])

    if len(content) > MAX_BYTES:
        raise fail(f"is larger than {MAX_BYTES:,} bytes", "is this the right file?")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise fail("is in UTF-16", "save it as UTF-8")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line, column = before.count(b"\n") + 1, error.start - (before.rfind(b"\n") + 1) + 1
        byte = f"byte 0x{content[error.start]:02x}"
        raise fail(f"is not UTF-8 text: {byte} is not allowed here", "save it as UTF-8", line, column) from None
    if found := _UNPRINTABLE.search(text):
        before_text = text[: found.start()]
        line, column = before_text.count("\n") + 1, found.start() - (before_text.rfind("\n") + 1) + 1
        raise fail(f"holds the control character U+{ord(found[0]):04X}", "remove it", line, column)
    if not text.strip():
        raise SettingsError([_empty(file)])
    return text


def _empty(file: str) -> Problem:
    stack = Path(file).name.startswith("Pulumi.")
    return Problem(file, message="is empty", next_step=_EMPTY_STACK if stack else _EMPTY)


def _syntax(error: yaml.MarkedYAMLError, text: str, file: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (-1, -1)
    lines = text.splitlines()
    here = lines[line] if 0 <= line < len(lines) else ""
    if "\t" in here[: len(here) - len(here.lstrip())] or here[column : column + 1] == "\t":
        message, step = "a tab is not allowed here", "indent with spaces"
    else:
        parts = [part for part in (error.context, error.problem) if part]
        message, step = f"is not YAML: {', '.join(parts)}", "correct this line or the one above it"
    return Problem(file, line + 1, column + 1, message=message, next_step=step)


@dataclass
class _Open:
    """A mapping or a list that is being read."""

    steps: Steps
    value: dict[str, Any] | list[Any]
    key: str | None = None
    fresh: bool = True
    """Whether the next value counts, which it does not if its key is a duplicate."""


def _compose(events: Iterator[Any], source: Source) -> None:
    """Fills `source` from the parser's events, without recursion: depth is checked before values are built."""
    stack: list[_Open] = []
    documents = skipping = 0
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                _complain(source, (), event, "a second document begins here", "keep one document in the file")
                return
        elif isinstance(event, yaml.CollectionEndEvent):
            if skipping:
                skipping -= 1
            else:
                stack.pop()
                if stack:
                    stack[-1].key = None
        elif isinstance(event, yaml.NodeEvent):
            collection = isinstance(event, yaml.CollectionStartEvent)
            if skipping:
                skipping += collection
            elif _is_key(stack):
                skipping = _take_key(stack[-1], event, source)
            else:
                skipping = _take_value(stack, event, source)
            if len(source.problems) > MAX_PROBLEMS:
                return


def _is_key(stack: list[_Open]) -> bool:
    return bool(stack) and isinstance(stack[-1].value, dict) and stack[-1].key is None


def _take_key(parent: _Open, event: Any, source: Source) -> int:
    """Reads a key. Returns 1 if it is a collection, which is then skipped."""
    if not isinstance(event, yaml.ScalarEvent) or event.tag:
        _complain(source, parent.steps, event, "a key is not plain text", "write keys as plain words")
        parent.key, parent.fresh = "", False
        return int(isinstance(event, yaml.CollectionStartEvent))
    parent.key, parent.fresh = event.value, event.value not in parent.value
    steps = (*parent.steps, event.value)
    if parent.fresh:
        source.keys[steps] = _place(event)
    else:
        message = f"duplicate key {show(event.value)}, first at line {source.keys[steps][0]}"
        source.problems.append(
            Problem(source.file, *_place(event), spell(steps), message, next_step="keep one of them")
        )
    return 0


def _take_value(stack: list[_Open], event: Any, source: Source) -> int:
    """Reads a value, or opens a collection. Returns 1 for a collection to skip."""
    collection = isinstance(event, yaml.CollectionStartEvent)
    parent = stack[-1] if stack else None
    steps: Steps = ()
    if parent:
        if not parent.fresh:
            parent.key, parent.fresh = None, True
            return int(collection)
        steps = (*parent.steps, len(parent.value) if isinstance(parent.value, list) else str(parent.key))
    source.places[steps] = _place(event)
    value: Any = {} if isinstance(event, yaml.MappingStartEvent) else [] if collection else None
    opens = False
    if isinstance(event, yaml.AliasEvent):
        _complain(source, steps, event, f"*{event.anchor} is an alias", "write the value out")
    elif event.tag or getattr(event, "anchor", None):
        what = (
            f"the tag {event.tag.replace('tag:yaml.org,2002:', '!!')}" if event.tag else f"the anchor &{event.anchor}"
        )
        _complain(source, steps, event, f"{what} is not used in settings", "write the value alone")
    elif collection and len(stack) >= MAX_DEPTH:
        # stop here: the parser's time grows with the square of the depth, to minutes
        message, step = f"is more than {MAX_DEPTH} levels deep", "settings are at most a few levels deep"
        raise SettingsError([*source.problems, Problem(source.file, *_place(event), "", message, next_step=step)])
    elif collection:
        opens = True
    else:
        value = _scalar(event, steps, source)
    if parent is None:
        source.values = value
    elif isinstance(parent.value, list):
        parent.value.append(value)
    else:
        parent.value[str(parent.key)] = value
    if opens:
        stack.append(_Open(steps, value))
    elif parent:
        parent.key = None
    return int(collection and not opens)


def _scalar(event: Any, steps: Steps, source: Source) -> object:
    text: str = event.value
    if event.style:  # quoted or a block: literal text
        return text
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        number = float(text)
        return int(number) if number.is_integer() and abs(number) < 10**15 else number  # JSON has one kind of number
    if _DATE.fullmatch(text):
        _complain(source, steps, event, f"{text} is read as a moment in time", f'write it in quotes: "{text}"')
    elif _OTHER_NUMBER.fullmatch(text):
        step = "write it in quotes if it is text, in plain digits if it is a number"
        _complain(
            source, steps, event, f"{show(text, quote=False)} is not the same number to every reader of YAML", step
        )
    return text


def _place(event: Any) -> tuple[int, int]:
    return (event.start_mark.line + 1, event.start_mark.column + 1)


def _complain(source: Source, steps: Steps, event: Any, message: str, next_step: str) -> None:
    source.unread.add(steps)
    source.problems.append(Problem(source.file, *_place(event), spell(steps), message, next_step=next_step))
