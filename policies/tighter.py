"""Which way a stricter baseline may move a rule's parameter; said where the parameter is declared.

def no_open_port(entry: Value, *, ports: Forbidden[int] = (22, 3389), days: AtLeast = 90) -> Outcome: ...
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, TypeAlias, TypeVar

T = TypeVar("T")


class Tighter(StrEnum):
    """The way that only ever makes a rule ask for more."""

    HIGHER = "it may only be raised"
    LOWER = "it may only be lowered"
    FEWER = "it may only lose entries"
    MORE = "it may only gain entries"

    @property
    def many(self) -> bool:
        """Whether the parameter is a list; otherwise it is a number."""
        return self in {Tighter.FEWER, Tighter.MORE}

    def holds(self, was: Any, now: Any) -> bool:
        """Whether `now` asks for at least as much as `was`; both are of the parameter's kind."""
        match self:
            case Tighter.HIGHER:
                return bool(now >= was)
            case Tighter.LOWER:
                return bool(now <= was)
            case Tighter.FEWER:
                return set(now) <= set(was)
            case Tighter.MORE:
                return set(now) >= set(was)


AtLeast: TypeAlias = Annotated[float, Tighter.HIGHER]
"""A number that the resource has to reach."""
AtMost: TypeAlias = Annotated[float, Tighter.LOWER]
"""A number that the resource may not pass."""
Allowed: TypeAlias = Annotated[tuple[T, ...], Tighter.FEWER]
"""What passes."""
Forbidden: TypeAlias = Annotated[tuple[T, ...], Tighter.MORE]
"""What fails."""
Required: TypeAlias = Annotated[tuple[T, ...], Tighter.MORE]
"""What has to be there."""


def declared(annotations: Mapping[str, Any]) -> dict[str, Tighter]:
    """The ways of those parameters whose annotation says one."""
    return {
        name: way
        for name, annotation in annotations.items()
        for way in getattr(annotation, "__metadata__", ())
        if isinstance(way, Tighter)
    }
