r"""Translates regular expressions of contracts (ECMA-262) for Python and for a browser's `pattern` attribute.

In Python, `$` also matches before a final line feed, and `\d` matches the digits of every script. Browsers compile the
attribute with the `v` flag, under which `(` and `-` must be escaped in a class.
"""

import re
from collections.abc import Iterator
from typing import Final, Literal

Place = Literal["outside", "open", "inside", "close"]
_SYNTAX: Final = frozenset("^$\\.*+?()[]{}|/")
_CLASS_SYNTAX: Final = frozenset("()[{}/|")
_CLASS_ESCAPABLE: Final = _SYNTAX | frozenset("&-!#%,:;<=>@`~")
_DOUBLED: Final = frozenset("&!#$%*+,.:;<=>?@^`~")
_CLASSES: Final = frozenset(("\\d", "\\D", "\\s", "\\S", "\\w", "\\W"))
_GROUP: Final = re.compile(r"\(\?(?!:|=|!|<=|<!)")
_POSSESSIVE: Final = re.compile(r"[+*?}]\+")
_QUANTIFIER: Final = re.compile(r"\{[0-9]+(,[0-9]*)?\}")
_PYTHON_ONLY: Final = frozenset(("\\A", "\\Z", "\\a"))


def problem(pattern: str) -> str:
    """Why `pattern` is not valid in both dialects; empty if it is."""
    outside = "".join(piece if len(piece) == 1 else "__" for place, piece in _pieces(pattern) if place == "outside")
    if _GROUP.search(outside):
        return "a group of a kind that only some dialects have"
    if _POSSESSIVE.search(outside):
        return "a possessive quantifier, which only some dialects have"
    if any(piece in _PYTHON_ONLY for _, piece in _pieces(pattern)):
        return "an escape that only Python has"
    if re.search(r"\[\^?\]", pattern.replace("\\[", "__")):
        return "an empty class"
    try:
        for_python(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return f"no regular expression of both dialects: {error}"
    return ""


def for_python(pattern: str) -> re.Pattern[str]:
    """`pattern` with its meaning in ECMA-262, for `search`. Raises `re.error` if it is invalid."""
    parts = []
    for place, piece in _pieces(pattern):
        if place == "outside" and piece == "$":
            parts.append("\\Z")
        elif place == "inside" and piece in "[&~|":
            parts.append(f"\\{piece}")
        else:
            parts.append(piece)
    return re.compile("".join(parts), re.ASCII)


def for_browser(pattern: str) -> str:
    """`pattern` for the attribute: matched anywhere, and valid with the `v` flag."""
    pieces = list(_pieces(pattern))
    parts = []
    start = 0
    for number, (place, piece) in enumerate(pieces):
        before = pieces[number - 1] if number else ("outside", "")
        after = pieces[number + 1] if number + 1 < len(pieces) else ("outside", "")
        if place == "inside":
            parts.append(_in_class(piece, before, after))
        elif place == "outside":
            parts.append(_outside(piece, pattern[start:]))
        else:
            parts.append(piece)
        start += len(piece)
    return f".*(?:{''.join(parts)}).*"


def _in_class(piece: str, before: tuple[str, str], after: tuple[str, str]) -> str:
    if len(piece) == 2:
        return piece if piece[1].isalnum() or piece[1] in _CLASS_ESCAPABLE else piece[1]
    if piece == "-":
        literal = before[0] == "open" or after[0] == "close" or before[1] in _CLASSES or after[1] in _CLASSES
        return "\\-" if literal else piece
    if piece in _CLASS_SYNTAX or (piece in _DOUBLED and before == ("inside", piece)):
        return f"\\{piece}"
    return piece


def _outside(piece: str, rest: str) -> str:
    if len(piece) == 2:
        return piece if piece[1].isalnum() or piece[1] in _SYNTAX else piece[1]
    if piece == "]" or (piece == "{" and not _QUANTIFIER.match(rest)):
        return f"\\{piece}"
    return piece


def _pieces(pattern: str) -> Iterator[tuple[Place, str]]:
    """The characters and escapes of `pattern`, each with its position: inside a class, its brackets, or outside."""
    inside, number = False, 0
    while number < len(pattern):
        piece = pattern[number : number + (2 if pattern[number] == "\\" else 1)]
        if not inside and piece == "[":
            piece, inside = ("[^" if pattern.startswith("[^", number) else "["), True
            yield "open", piece
        elif inside and piece == "]":
            inside = False
            yield "close", piece
        else:
            yield ("inside" if inside else "outside"), piece
        number += len(piece)
