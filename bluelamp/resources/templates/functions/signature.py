"""The signature of an ARM template function: its computation, and which arguments must be known."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bluelamp.resources.templates.expressions import Open, is_open

CallText = Callable[[], str]
"""Returns the text of a call, computed on demand as it can be long."""


class Unsure(Exception):  # noqa: N818 - describes the result
    """Azure's result is unspecified or an error."""


@dataclass(frozen=True, slots=True)
class Function:
    """One function.

    `compute` returns its value, for `least` to `most` arguments (unlimited if None). A `shallow` function accepts
    arguments that contain unknown values; one of `anything` accepts unknown arguments. `early` is called first and
    returns a result that does not depend on the unknown arguments; None if there is none.
    """

    compute: Callable[..., Any]
    least: int = 1
    most: int | None = 1
    shallow: bool = False
    anything: bool = False
    early: Callable[[list[Any]], Any] | None = None

    def takes(self, arguments: list[Any]) -> bool:
        """Whether the number of arguments is valid."""
        return self.least <= len(arguments) and (self.most is None or len(arguments) <= self.most)

    def is_open(self, argument: Any) -> bool:
        """Whether `argument` is unknown but must be known."""
        if self.anything:
            return False
        return isinstance(argument, Open) if self.shallow else is_open(argument)


def whole(value: Any) -> int:
    """A 64-bit integer, as in ARM. Raises `Unsure` for anything else."""
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise Unsure
    return value


def text_of(value: Any) -> str:
    """A string. Raises `Unsure` for anything else."""
    if not isinstance(value, str):
        raise Unsure
    return value


def truth(value: Any) -> bool:
    """A boolean. Raises `Unsure` for anything else, as ARM does not convert strings implicitly."""
    if not isinstance(value, bool):
        raise Unsure
    return value
