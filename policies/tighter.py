"""The direction in which a baseline may tighten a rule's parameter, declared by the parameter's annotation.

def no_open_port(entry: Value, *, ports: Forbidden[int] = (22, 3389), days: AtLeast[int] = 90) -> Outcome: ...
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from operator import ge
from typing import Annotated, Any, Final, TypeAlias, TypeVar

T = TypeVar("T")


class Tighter(StrEnum):
    """The direction in which a change makes a rule stricter."""

    HIGHER = "it may only be raised"
    LOWER = "it may only be lowered"
    FEWER = "it may only lose entries"
    MORE = "it may only gain entries"
    CHOSEN = "it may be chosen where it is empty, and then only lose entries but the last"
    EACH_HIGHER = "each of its numbers may only be raised"
    FIXED = "it is the same everywhere"

    def holds(self, was: Any, now: Any) -> bool:
        """Whether `now` is at least as strict as `was`; both are of the parameter's type."""
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
"""A minimum."""
AtMost: TypeAlias = Annotated[T, Tighter.LOWER]
"""A maximum."""
EachAtLeast: TypeAlias = Annotated[tuple[T, ...], Tighter.EACH_HIGHER]
"""Minimums, by position."""
Allowed: TypeAlias = Annotated[tuple[T, ...], Tighter.FEWER]
"""Allowed values."""
Chosen: TypeAlias = Annotated[tuple[T, ...], Tighter.CHOSEN]
"""Allowed values chosen by a baseline; while it is empty, the rule requires nothing."""
Forbidden: TypeAlias = Annotated[tuple[T, ...], Tighter.MORE]
"""Forbidden values."""
Required: TypeAlias = Annotated[tuple[T, ...], Tighter.MORE]
"""Required values."""
Fixed: TypeAlias = Annotated[T, Tighter.FIXED]
"""A value that no baseline can change."""


def declared(annotations: Mapping[str, Any]) -> dict[str, Tighter]:
    """The stricter direction of each parameter whose annotation declares one."""
    return {
        name: direction
        for name, annotation in annotations.items()
        for direction in getattr(annotation, "__metadata__", ())
        if isinstance(direction, Tighter)
    }
