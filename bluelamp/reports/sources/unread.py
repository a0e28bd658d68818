"""What a source cannot read, for the list of what was not judged."""

from collections.abc import Iterable

from bluelamp.core.problems import Problem
from bluelamp.core.walk import printable
from bluelamp.reports.unjudged import FILE, Skipped


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
