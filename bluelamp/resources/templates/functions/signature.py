"""How a function of ARM templates is told: what it computes, and how much of its arguments it needs to know."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bluelamp.resources.templates.expressions import Open, is_open

Written = Callable[[], str]
"""How a call is written, found out when it is needed: of long arguments it is long."""


class Unsure(Exception):  # noqa: N818 - what a result is
    """What Azure makes of this is not known, or is an error there."""


@dataclass(frozen=True, slots=True)
class Function:
    """One function.

    `compute` gives its value, for `least` to `most` arguments (any number where that is None). A `shallow` one does not
    look into its arguments, which may hold what is not known yet; one of `anything` takes what is not known as it is.
    `early` is asked first, and gives what is known although some of the arguments are not; None where that is nothing.
    """

    compute: Callable[..., Any]
    least: int = 1
    most: int | None = 1
    shallow: bool = False
    anything: bool = False
    early: Callable[[list[Any]], Any] | None = None

    def takes(self, arguments: list[Any]) -> bool:
        """Whether it takes so many."""
        return self.least <= len(arguments) and (self.most is None or len(arguments) <= self.most)

    def is_open(self, argument: Any) -> bool:
        """Whether it needs to know more of `argument`."""
        if self.anything:
            return False
        return isinstance(argument, Open) if self.shallow else is_open(argument)


def whole(value: Any) -> int:
    """A whole number of 64 bits, as ARM has them. Raises `Unsure` for anything else."""
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise Unsure
    return value


def text_of(value: Any) -> str:
    """A text. Raises `Unsure` for anything else."""
    if not isinstance(value, str):
        raise Unsure
    return value


def truth(value: Any) -> bool:
    """A boolean. Raises `Unsure` for anything else: ARM converts no text to one by itself."""
    if not isinstance(value, bool):
        raise Unsure
    return value
