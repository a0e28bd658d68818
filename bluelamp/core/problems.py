"""Settings mistakes as values: the place, the value found, the allowed values and the next step."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bluelamp.core.text import printable


@dataclass(frozen=True)
class Problem:
    """One mistake in a settings file.

    `file` is relative to the project's folder; `line` and `column` count from 1, and are 0 if the place is unknown.
    `path` is the path in the settings, such as `bluelamp:azure.hub.addressSpace`, or empty for the file as a whole.
    `message` describes the mistake; `found`, `allowed` and `next_step` are for people and for machine-readable reports,
    and may be empty. None of them ever contains a secret. `steps` is `path` as keys of mappings and indices of lists,
    by which `Source.placed` finds the file and the line; it is empty if these are known, and left out of JSON.
    """

    file: str
    line: int = 0
    column: int = 0
    path: str = ""
    message: str = ""
    found: str = ""
    allowed: str = ""
    next_step: str = ""
    steps: tuple[str | int, ...] = field(default=(), repr=False, compare=False, metadata={"json": False})

    @property
    def where(self) -> str:
        """`file`, `file:line` or `file:line:column`, as far as it is known."""
        return ":".join([self.file, *(str(number) for number in (self.line, self.column) if number)])

    def __str__(self) -> str:
        message = self.message
        if self.found and self.found not in message:
            message = f"{message} (found {self.found})"
        place = ": ".join(part for part in (self.where, self.path) if part)
        return printable(f"{place}: " + "; ".join(part for part in (message, self.allowed, self.next_step) if part))


class SettingsError(Exception):
    """A force's settings cannot be used. `problems` holds every mistake found, at least one."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
