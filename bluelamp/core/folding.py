"""Lines for a terminal, folded between words, and within a long name after its separators."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import rich.console
    from rich.text import Text

_WORD: Final = re.compile(r"\s*\S+(?: \([\d,]+\)\S*)?")
"""A word, with the count that follows it in brackets."""
_PART: Final = re.compile(r"\s*[^\s./:\-_,]*[./:\-_,]*")

_FURTHER: Final = 2
"""By how many columns more than its first line the rest of an indented line is indented."""
_NARROWEST: Final = 20


def fold(text: "Text", width: int) -> "list[Text]":
    """`text` in lines of at most `width` columns.

    A line ends between words. A word that is wider than a line ends after `.`, `/`, `:`, `-`, `_` or `,`, and only a
    part without any of those is broken anywhere.
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
    """A line that is indented, also where a terminal has to fold it; in a pipe it stays one line."""

    def __init__(self, text: "Text", indent: int, further: int = _FURTHER) -> None:
        self._text, self._indent, self._further = text, indent, further

    def __rich_console__(
        self, console: "rich.console.Console", options: "rich.console.ConsoleOptions"
    ) -> "Iterator[Text]":
        """The lines as Rich prints them."""
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
    """A part as it is, or in pieces where it is wider than a line."""
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
