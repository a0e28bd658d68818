"""The complete comment, with as much detail as fits."""

from collections.abc import Iterator
from typing import Final

from bluelamp import __version__
from bluelamp.comment import sections
from bluelamp.comment.detail import STEPS, Detail
from bluelamp.comment.words import result
from bluelamp.comparison.model import Comparison
from bluelamp.core.markdown import code, length

GITHUB: Final = 65_536
"""The maximum characters of a comment on GitHub."""
AZURE: Final = 150_000
"""The maximum characters of a comment on Azure DevOps."""
SMALLEST: Final = 2_000
"""The smallest limit, in which the result line and the counts fit."""
_PARTS: Final = (
    sections.errors,
    sections.destroyed,
    sections.failures,
    sections.cost,
    sections.changes,
    sections.notes,
)


def comment(found: Comparison, *, marker: str = "check", method: str = "planned offline", limit: int = GITHUB) -> str:
    """`found` as Markdown of at most `limit` characters, counted as UTF-16 does, as hosts do.

    The first line is `<!-- bluelamp:MARKER -->`, which identifies the comment for updates. `method` describes how the
    working files were planned. Equal comparisons give equal texts. Raises ValueError for a limit below `SMALLEST`.
    """
    if limit < SMALLEST:
        raise ValueError(f"a comment of {limit} characters cannot hold the result")
    for detail in STEPS:
        text = _text(found, detail, marker, method, limit)
        if length(text) <= limit:
            return text
    return "\n".join([*_head(found, marker, method), *_foot(found, limit, abridged=True)]) + "\n"


def _text(found: Comparison, detail: Detail, marker: str, method: str, limit: int) -> str:
    lines = list(_head(found, marker, method))
    for part in _PARTS:
        lines += part(found, detail)
    lines += _foot(found, limit, abridged=detail is not STEPS[0])
    return "\n".join(lines) + "\n"


def _head(found: Comparison, marker: str, method: str) -> Iterator[str]:
    yield f"<!-- bluelamp:{marker} -->"
    yield f"### {result(found)}"
    yield ""
    yield f"Compared with {code(found.reference, 80)} at {code(found.base[:12], 12)}, {method}."
    yield ""


def _foot(found: Comparison, limit: int, *, abridged: bool) -> Iterator[str]:
    if abridged:
        yield f"Detail is left out to fit {limit:,} characters; `bluelamp affected` lists everything."
        yield ""
    yield f"<sub>Bluelamp {__version__}, {code(found.head[:12], 12)}</sub>"
