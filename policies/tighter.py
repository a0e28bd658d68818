"""Which way a stricter baseline may move a rule's parameter; said where the parameter is declared.

def no_open_port(entry: Value, *, ports: Forbidden[int] = (22, 3389), days: AtLeast[int] = 90) -> Outcome: ...
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from operator import ge
from typing import Annotated, Any, Final, TypeAlias, TypeVar

T = TypeVar("T")


class Tighter(StrEnum):
    """The way that only ever makes a rule ask for more."""

    HIGHER = "it may only be raised"
    LOWER = "it may only be lowered"
    FEWER = "it may only lose entries"
    MORE = "it may only gain entries"
    CHOSEN = "it may be chosen where it is empty, and then only lose entries but the last"
    EACH_HIGHER = "each of its numbers may only be raised"
    FIXED = "it is the same everywhere"

    def holds(self, was: Any, now: Any) -> bool:
        """Whether `now` asks for at least as much as `was`; both are of the parameter's kind."""
        return bool(_HOLDS[self](was, now))


_HOLDS: Final[Mapping[Tighter, Callable[[Any, Any], bool]]] = {
    Tighter.HIGHER: lambda was, now: now >= was,
    Tighter.LOWER: lambda was, now: now <= was,
    Tighter.FEWER: lambda was, now: set(now) <= set(was),
    Tighter.MORE: lambda was, now: set(now) >= set(was),
    Tighter.CHOSEN: lambda was, now: not was or (bool(now) and set(now) <= set(was)),
    Tighter.EACH_HIGHER: lambda was, now: len(now) == len(was) and all(map(ge, now, was)),
    Tighter.FIXED: lambda was, now: now == was,
}

AtLeast: TypeAlias = Annotated[T, Tighter.HIGHER]
"""A number that the resource has to reach."""
AtMost: TypeAlias = Annotated[T, Tighter.LOWER]
"""A number that the resource may not pass."""
EachAtLeast: TypeAlias = Annotated[tuple[T, ...], Tighter.EACH_HIGHER]
"""Numbers that the resource has to reach, each in its place."""
Allowed: TypeAlias = Annotated[tuple[T, ...], Tighter.FEWER]
"""What passes."""
Chosen: TypeAlias = Annotated[tuple[T, ...], Tighter.CHOSEN]
"""What passes, where a baseline has chosen; the rule asks nothing as long as it is empty."""
Forbidden: TypeAlias = Annotated[tuple[T, ...], Tighter.MORE]
"""What fails."""
Required: TypeAlias = Annotated[tuple[T, ...], Tighter.MORE]
"""What has to be there."""
Fixed: TypeAlias = Annotated[T, Tighter.FIXED]
"""What no baseline can make stricter."""


def declared(annotations: Mapping[str, Any]) -> dict[str, Tighter]:
    """The ways of those parameters whose annotation says one."""
    return {
        name: way
        for name, annotation in annotations.items()
        for way in getattr(annotation, "__metadata__", ())
        if isinstance(way, Tighter)
    }
