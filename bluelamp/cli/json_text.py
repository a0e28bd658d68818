"""Readable JSON text: a value that fits is on one line.

The text is built from the innermost values outwards, so that each value is serialised once: reports have hundreds
of thousands.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from json.encoder import encode_basestring_ascii as quoted
from typing import Any, Final

from bluelamp.core.camel import json_fields

_WIDTH: Final = 118
"""Characters of a value on one line, without the indentation and name in front of it."""
_TEXT: Final = frozenset({str})


def text(value: Any, indent: str = "") -> str:
    """`value` as JSON in ASCII with sorted keys; the first line is not indented, all others are by `indent` or more.

    A dataclass is an object of its fields in camel case. The keys of a mapping are data and stay as they are. What JSON
    has no form for is its `str`.
    """
    write = _WRITERS.get(type(value))
    if write is not None:
        return write(value, indent)
    return _other(value, indent)


def _other(value: Any, indent: str) -> str:
    """The text of a value of a less common type."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, (int, float)):
        return json.dumps(value)
    if is_dataclass(value) and not isinstance(value, type):
        return _members({name: getattr(value, field) for name, field in json_fields(type(value))}, indent)
    if isinstance(value, Mapping):
        return _members({str(key): item for key, item in value.items()}, indent)
    if isinstance(value, (list, tuple)):
        return _items(value, indent)
    return quoted(str(value))


def _object(value: dict[Any, Any], indent: str) -> str:
    return _members(
        value if _TEXT.issuperset(map(type, value)) else {str(key): item for key, item in value.items()}, indent
    )


def _members(value: dict[str, Any], indent: str) -> str:
    inner = indent + " "
    parts = []
    for key in sorted(value):
        item = value[key]
        parts.append(f"{quoted(key)}: {quoted(item) if isinstance(item, str) else text(item, inner)}")
    return _joined(parts, indent, "{}")


def _items(value: list[Any] | tuple[Any, ...], indent: str) -> str:
    if _TEXT.issuperset(map(type, value)):
        return _joined(list(map(quoted, value)), indent, "[]")
    inner = indent + " "
    return _joined([text(item, inner) for item in value], indent, "[]")


def _joined(parts: list[str], indent: str, brackets: str) -> str:
    # A part that has several lines is longer than a line may be.
    if sum(map(len, parts)) + 2 * max(len(parts), 1) <= _WIDTH:
        return f"{brackets[0]}{', '.join(parts)}{brackets[1]}"
    separator = f",\n{indent} "
    return f"{brackets[0]}\n{indent} {separator.join(parts)}\n{indent}{brackets[1]}"


_WRITERS: Final[dict[type, Callable[[Any, str], str]]] = {
    str: lambda value, _: quoted(value),
    int: lambda value, _: int.__repr__(value),
    bool: lambda value, _: "true" if value else "false",
    type(None): lambda *_: "null",
    float: lambda value, _: json.dumps(value),
    dict: _object,
    list: _items,
    tuple: _items,
}
