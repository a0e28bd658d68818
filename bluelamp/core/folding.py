"""Wraps lines for a terminal between words, and within long names after separators."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import rich.console
    from rich.text import Text

_WORD: Final = re.compile(r"\s*\S+(?: \([\d,]+\)\S*)?")
"""A word with an optional count in brackets."""
_PART: Final = re.compile(r"\s*[^\s./:\-_,]*[./:\-_,]*")

_FURTHER: Final = 2
"""The additional indentation of continuation lines, in columns."""
_NARROWEST: Final = 20


def fold(text: "Text", width: int) -> "list[Text]":
    """`text` wrapped to lines of at most `width` columns.

    Lines break between words. A word wider than a line breaks after `.`, `/`, `:`, `-`, `_` or `,`, and a part without
    any of these breaks anywhere.
    """
    cuts: list[int] = []
    begin, end, plain = 0, 0, text.plain
    for part in _parts(plain, width):
        new = end + len(part)
        if end > begin and _wide(plain[begin:new].strip()) > width:
            cuts.append(end)
            begin = end + len(part) - len(part.lstrip())
        end = new
    lines = text.divide(cuts)
    found = []
    for number, each in enumerate(lines):
        lead = len(each.plain) - len(each.plain.lstrip()) if number else 0
        shown = each[lead:] if lead else each
        shown.rstrip()
        found.append(shown)
    return found


class Folded:
    """An indented line, with continuation lines on a terminal; in a pipe it stays one line."""

    def __init__(self, text: "Text", indent: int, further: int = _FURTHER) -> None:
        self._text, self._indent, self._further = text, indent, further

    def __rich_console__(
        self, console: "rich.console.Console", options: "rich.console.ConsoleOptions"
    ) -> "Iterator[Text]":
        """The wrapped lines for Rich."""
        from rich.text import Text

        if options.no_wrap or not console.is_terminal:
            yield Text.assemble(" " * self._indent, self._text)
            return
        width = max(options.max_width - self._indent - self._further, _NARROWEST)
        for number, part in enumerate(fold(self._text, width)):
            yield Text.assemble(" " * (self._indent + (self._further if number else 0)), part)


def _parts(plain: str, width: int) -> Iterator[str]:
    for word in _WORD.findall(plain):
        if _wide(word.strip()) <= width:
            yield word
            continue
        for part in filter(None, _PART.findall(word)):
            yield from _pieces(part, width)


def _pieces(part: str, width: int) -> Iterator[str]:
    """A part unchanged, or in pieces if it is wider than a line."""
    piece = ""
    for each in part:
        if piece and _wide((piece + each).strip()) > width:
            yield piece
            piece = ""
        piece += each
    if piece:
        yield piece


def _wide(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)
