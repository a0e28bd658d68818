"""What the pages have in common: Markdown that GitHub and the site read alike."""

from collections.abc import Iterable, Sequence
from typing import Final

MADE: Final = "<!-- Written by `make docs` from the code; do not edit. -->"
"""What follows the title of each page that is written from the code."""


def page(title: str, *parts: str) -> str:
    """A page: its title, the note that it is generated, and its parts with a blank line between them."""
    return "\n\n".join([f"# {title}", MADE, *(part.strip("\n") for part in parts if part.strip())]) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; empty where it has no row."""
    lines = [f"| {' | '.join(cell(each) for each in row)} |" for row in rows]
    if not lines:
        return ""
    return "\n".join([f"| {' | '.join(head)} |", "|" + "---|" * len(head), *lines])


def cell(text: str) -> str:
    """Text for a cell of a table: on one line, with bars that do not end the cell."""
    return " ".join(text.replace("\\|", "|").replace("|", "\\|").split())


def code(text: str) -> str:
    """Inline code; empty for no text."""
    return f"`{text}`" if text else ""


def fence(language: str, text: str) -> str:
    """A block of code."""
    return f"```{language}\n{text.strip()}\n```"
