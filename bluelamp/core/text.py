"""Text from files, people and other programs, made safe for a terminal."""

import re
from collections.abc import Sequence
from typing import Final

_INVISIBLE: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
)
"""Invisible characters that Unicode classifies as letters, marks or symbols."""


def printable(text: str, *, keep: str = "") -> str:
    r"""`text` with every invisible character, and every character that changes the layout, as its escape.

    Control characters (ANSI sequences, line feeds, tabs), line separators, bidirectional and zero-width marks, spaces
    other than the usual one, private, unassigned and half characters become `\n`, `\x1b`, `\u202e` or `\U000e0041`. The
    result is one line and can be written in any encoding that holds the visible characters. `keep` names characters
    that stay as they are.
    """
    if text.isprintable() and (text.isascii() or not _INVISIBLE.search(text)):
        return text
    return "".join(
        each if each in keep or (each.isprintable() and not _INVISIBLE.match(each)) else _escaped(each) for each in text
    )


def cut(text: str, most: int) -> str:
    """`text` in at most `most` characters, with `…` as the last if it is cut."""
    return text if len(text) <= most else text[: most - 1] + "…"


def first_of(names: Sequence[str], most: int = 3) -> str:
    """At most `most` of `names`, and the number of others."""
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")


def _escaped(character: str) -> str:
    short = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}.get(character)
    if short:
        return short
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
