"""Resources and files that are not judged: unreadable ones, and those left out on purpose."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from bluelamp.core.problems import Problem
from bluelamp.core.walk import printable

RESOURCE: Final = "resource"
FILE: Final = "file"
DOCUMENT: Final = "document"


@dataclass(frozen=True, slots=True)
class Skipped:
    """An item that was not judged, grouped by `kind` and `why`; `urn` is empty if it has none.

    `of` is the sort of item: a resource, a file, a document, or a property or expression of a resource that is judged
    without it. `unread` is whether it could not be read, so that the report is incomplete.
    """

    kind: str
    name: str
    why: str
    urn: str = ""
    source: tuple[str, int] | None = None
    of: str = RESOURCE
    unread: bool = False

    @property
    def place(self) -> str:
        """The file and the line; empty if unknown."""
        return f"{self.source[0]}:{self.source[1]}" if self.source else ""

    def as_dict(self) -> dict[str, Any]:
        """The item as JSON values, without its kind and reason."""
        source = {"file": self.source[0], "line": self.source[1]} if self.source else None
        return {"name": self.name, "resource": self.urn, "source": source}

    @property
    def group(self) -> tuple[str, str, str, bool]:
        """The key of its group."""
        return self.kind, self.why, self.of, self.unread


def unread(problem: Problem, of: str = FILE) -> Skipped:
    """The file of `problem`, or the document at its position, depending on `of`, as unreadable."""
    source = (problem.file, problem.line or 1)
    allowed = f"allowed: {problem.allowed}" if problem.allowed else ""
    why = "; ".join(filter(None, (problem.message, allowed, problem.next_step)))
    name = problem.file if of == FILE else problem.where
    return Skipped(of, name, why, source=source, of=of, unread=True)


def has_problem(path: str, problems: Iterable[Problem]) -> bool:
    """Whether a problem concerns `path` or a file below it."""
    shown = printable(path).rstrip("/")
    return any(each.file == shown or each.file.startswith(f"{shown}/") for each in problems)
