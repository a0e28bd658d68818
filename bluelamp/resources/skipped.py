"""What a source holds and no rule judges: what cannot be read, and what is left out on purpose."""

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
    """Something that a source holds and that was not judged: `kind` and `why` group it, `urn` is empty for none.

    `of` is what it is: a resource, a file, a document, or a property or an expression of a resource that is judged
    without it.
    `unread` is what should have been read and cannot be: the report then cannot say that all is well.
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
        """The file and the line, empty where they are not known."""
        return f"{self.source[0]}:{self.source[1]}" if self.source else ""

    def as_dict(self) -> dict[str, Any]:
        """Its details in addition to its kind, as JSON values."""
        source = {"file": self.source[0], "line": self.source[1]} if self.source else None
        return {"name": self.name, "resource": self.urn, "source": source}

    @property
    def group(self) -> tuple[str, str, str, bool]:
        """The key of its group."""
        return self.kind, self.why, self.of, self.unread


def unread(problem: Problem, of: str = FILE) -> Skipped:
    """The file of `problem`, or the document at its place where `of` says so, as something that cannot be read."""
    source = (problem.file, problem.line or 1)
    allowed = f"allowed: {problem.allowed}" if problem.allowed else ""
    why = "; ".join(filter(None, (problem.message, allowed, problem.next_step)))
    name = problem.file if of == FILE else problem.where
    return Skipped(of, name, why, source=source, of=of, unread=True)


def is_told(path: str, problems: Iterable[Problem]) -> bool:
    """Whether a problem is with `path`, or with what is in it."""
    shown = printable(path).rstrip("/")
    return any(each.file == shown or each.file.startswith(f"{shown}/") for each in problems)
