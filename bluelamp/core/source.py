"""A parsed YAML file: its values, and the line and column of every key and value."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bluelamp.core.problems import Problem
from bluelamp.core.text import printable

Steps = tuple[str | int, ...]
"""A path in a document: keys of mappings and indices of lists."""


def spell(steps: Steps) -> str:
    """`("config", "bluelamp:azure", "regions", 0)` as `bluelamp:azure.regions[0]`."""
    text = ""
    for step in steps[1:] if steps[:1] == ("config",) else steps:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += ("." if text else "") + show(step, quote=False)
    return text


def show(value: object, *, quote: bool = True) -> str:
    """A value found in a file, short and printable, for a message."""
    match value:
        case str():
            short = _cut(value)
            return short if printable(short) == short and short and not quote else printable(repr(short))
        case bool() | None:
            text = {True: "true", False: "false", None: "nothing"}[value]
        case Mapping():
            text = "a mapping"
        case list() | tuple():
            text = "a list"
        case _:
            text = printable(str(value))
    return _cut(text)


def problem_at(steps: Steps, message: str, found: str = "", allowed: str = "", next_step: str = "") -> Problem:
    """A `Problem` at `steps`, without the document; `Source.placed` adds the file and the line."""
    return Problem("", 0, 0, spell(steps), message, found, allowed, next_step, steps)


def _cut(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"


@dataclass
class Source:
    """A YAML document: its values, their positions, and ambiguous or invalid parts as problems."""

    file: str
    values: Any = None
    keys: dict[Steps, tuple[int, int]] = field(default_factory=dict)
    places: dict[Steps, tuple[int, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unread: set[Steps] = field(default_factory=set)
    """Paths whose value has a problem already, and gets no further problem."""
    files: dict[Steps, str] = field(default_factory=dict)
    """The file of each path whose value, including nested values, is not in `file`."""

    def file_at(self, steps: Steps) -> str:
        """The file of the value at `steps`, or of its nearest ancestor."""
        for end in range(len(steps), -1, -1) if self.files else ():
            if steps[:end] in self.files:
                return self.files[steps[:end]]
            if steps[:end] in self.places:
                break
        return self.file

    def at(self, steps: Steps, *, key: bool = False) -> tuple[int, int]:
        """Line and column of the value at `steps`, or of its nearest ancestor; (0, 0) if there is none."""
        if key and steps in self.keys:
            return self.keys[steps]
        for end in range(len(steps), -1, -1):
            if end < len(steps) and steps[:end] in self.keys:
                return self.keys[steps[:end]]
            if steps[:end] in self.places:
                return self.places[steps[:end]]
        return (0, 0)

    def problem(
        self, steps: Steps, message: str, found: str = "", allowed: str = "", next_step: str = "", *, key: bool = False
    ) -> Problem:
        """A `Problem` about the value at `steps`; `key` points at the key instead."""
        return Problem(self.file_at(steps), *self.at(steps, key=key), spell(steps), message, found, allowed, next_step)

    def placed(self, problem: Problem, steps: Steps | None = None) -> Problem:
        """`problem` with the file and the line of the value at `steps`, by default the problem's own."""
        at = problem.steps if steps is None else steps
        return self.problem(at, problem.message, problem.found, problem.allowed, problem.next_step)

    def copy(self) -> "Source":
        """A copy of the document for adding problems."""
        return replace(self, problems=list(self.problems), unread=set(self.unread))

    def is_unread(self, steps: Steps) -> bool:
        """Whether `steps` or an ancestor has a problem already."""
        return any(steps[:end] in self.unread for end in range(len(steps) + 1))
