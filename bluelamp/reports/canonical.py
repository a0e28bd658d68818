"""Canonical JSON: equal values have equal bytes."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import Any, Final

_LONGEST: Final = 2_000
"""The maximum characters of a line; longer values have a line for each member or item."""
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
"""Lone surrogates, which JSON can escape but UTF-8 cannot encode."""


def plain(value: Any) -> Any:
    """`value` as values of JSON in UTF-8: tuples and sets as lists (sets sorted), other types as text."""
    # The most common types first, as reports have millions of values.
    if isinstance(value, str):
        return str(value) if value.isascii() else _SURROGATE.sub("\ufffd", value)
    if value is None or isinstance(value, (bool, int)) or (isinstance(value, float) and isfinite(value)):
        return value
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (dict, Mapping)):
        return {_key(key): plain(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted((plain(item) for item in value), key=str)
    return str(value)


def _key(key: Any) -> str:
    text = str(key)
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def canonical(value: Any) -> bytes:
    """`value` as JSON in UTF-8 with sorted keys and no white space."""
    return dense(plain(value))


def dense(value: Any) -> bytes:
    """`canonical` of a value that is already `plain`."""
    return _line(value).encode()


def compact(value: Any) -> str:
    """`value`, which is `plain`, as JSON with sorted keys, ending in a line feed.

    A value that is too long for a line has one line for each member or item, so that files can be searched and
    compared by line. There is no other white space.
    """
    return _in_lines(value) + "\n"


def _in_lines(value: Any) -> str:
    text = _line(value)
    if len(text) <= _LONGEST or not isinstance(value, (dict, list)):
        return text
    if isinstance(value, dict):
        members = (f"{_line(key)}:{_in_lines(item)}" for key, item in sorted(value.items()))
        return "{\n" + ",\n".join(members) + "\n}"
    return "[\n" + ",\n".join(map(_in_lines, value)) + "\n]"


def _line(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def readable(value: Any) -> str:
    """`value` as JSON with sorted keys, one member a line, ending in a line feed."""
    return json.dumps(plain(value), sort_keys=True, ensure_ascii=False, indent=1) + "\n"


def time_of(moment: datetime) -> str:
    """A time in the format of reports: ISO 8601 in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
