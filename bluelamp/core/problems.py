"""What is wrong with a force's settings, as values: where, what was found, what is allowed and the next step."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bluelamp.core.text import printable


@dataclass(frozen=True)
class Problem:
    """One mistake in a settings file.

    `file` is relative to the project's folder; `line` and `column` count from 1, 0 where the place is not known.
    `path` is the path in the settings, such as `bluelamp:azure.hub.addressSpace`, or empty for the file as a whole.
    `message` says what is wrong; `found`, `allowed` and `next_step` are for people and for machine-readable reports,
    and may be empty. A secret value is never put into any of them. `steps` is `path` as keys of mappings and indices of
    lists, by which `Source.placed` finds the file and the line; it is empty where these are known, and not in JSON.
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
    """A force's settings cannot be used. `problems` holds every mistake that was found, at least one."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
