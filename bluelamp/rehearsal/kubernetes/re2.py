"""Translates patterns of Go's regexp package (RE2), which an API server uses for the `pattern` of a schema, to Python.

Some syntax is valid in both and has different meanings: classes such as `[[:alpha:]]`, `$` (in Python it also matches
before a final line break), `\\s`, and counts without a lower bound. Source: https://pkg.go.dev/regexp/syntax, read
2026-11-30.
"""

import re
from functools import lru_cache
from typing import Final

_CLASSES: Final = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": r"\x00-\x7f",
    "blank": r"\t ",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\t\n\v\f\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_SPACE: Final = r"\t\n\f\r "
_TOKEN: Final = re.compile(
    r"\\Q(?P<quoted>.*?)(\\E|\Z)|\\x\{(?P<hex>[0-9A-Fa-f]+)\}|\\(?P<escape>.)|\[:(?P<not>\^?)(?P<class>[a-z]+):\]"
    r"|(?P<group>\(\?<(?![=!]))|(?P<count>\{,)|(?P<open>\[\^?\]?)|(?P<close>\])|(?P<end>\$)|.",
    re.DOTALL,
)
_UNKNOWN: Final = frozenset("pPC")
"""Escapes without a Python equivalent: Unicode classes, and a single byte."""


class _OnlyGoError(Exception):
    """The pattern has no Python equivalent."""


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> re.Pattern[str] | None:
    """The translated pattern; None if it has no Python equivalent or is invalid."""
    try:
        return re.compile(_translated(pattern), re.ASCII)
    except (_OnlyGoError, re.error, OverflowError):
        return None


def _translated(pattern: str) -> str:
    """`pattern` in Python's syntax. Raises `_OnlyGoError`."""
    parts: list[str] = []
    inside = False
    multiline = re.match(r"\(\?[a-zA-Z]*m", pattern) is not None
    for token in _TOKEN.finditer(pattern):
        text = token[0]
        if inside:
            text, inside = _in_class(token), not token["close"]
        elif token["quoted"] is not None:
            text = re.escape(token["quoted"])
        elif token["open"]:
            text, inside = text.removesuffix("]") + (r"\]" if text.endswith("]") else ""), True
        elif token["class"]:
            raise _OnlyGoError  # outside a bracket expression it is an error, which the server reports
        elif token["escape"]:
            text = _escaped(token["escape"], f"[{_SPACE}]", f"[^{_SPACE}]")
        elif token["hex"]:
            text = _code(token["hex"])
        elif token["group"]:
            text = "(?P<"
        elif token["count"]:
            text = r"\{,"
        elif token["end"] and not multiline:
            text = r"\Z"
        parts.append(text)
    return "".join(parts)


def _in_class(token: re.Match[str]) -> str:
    """A token of a bracket expression."""
    if token["class"]:
        if token["not"] or token["class"] not in _CLASSES:
            raise _OnlyGoError
        return _CLASSES[token["class"]]
    if token["quoted"] is not None:
        raise _OnlyGoError
    if token["escape"]:
        if token["escape"] == "S":
            raise _OnlyGoError
        return _escaped(token["escape"], _SPACE, "")
    if token["hex"]:
        return _code(token["hex"])
    return token[0].replace("[", r"\[")


def _escaped(letter: str, space: str, other: str) -> str:
    if letter in _UNKNOWN:
        raise _OnlyGoError
    return {"s": space, "S": other, "z": r"\Z"}.get(letter, f"\\{letter}")


def _code(digits: str) -> str:
    number = int(digits, 16)
    if number > 0x10FFFF:
        raise _OnlyGoError
    return re.escape(chr(number))
