"""Rules in force together: the least and the most that they let in, whatever the unknown values are.

The least decides a failure and the most decides a pass; in between the verdict is unknown.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from bluelamp.core.text import first_of
from bluelamp.policies.addresses import is_open, union
from bluelamp.policies.traffic import Box, Reached, contributes
from bluelamp.policies.value import UnknownValue, Value

FIRST: Final = -1.0
"""The order of a rule that nothing comes before."""
_LAST: Final = float("inf")
_NAMED_AT_MOST: Final = 3

Key: TypeAlias = tuple[str, str]
"""The URN and the path of a rule."""
Ask: TypeAlias = Callable[[list[Box]], list[Reached]]
"""A question about boxes in force, in their order."""


def key_of(entry: Value) -> Key:
    """The identity of a rule."""
    return entry.resource.urn, entry.path


@dataclass(frozen=True, slots=True)
class Sided:
    """One rule: the least and the most that it may turn out to be, each None when it may be nothing."""

    entry: Value
    least: Box | None
    most: Box | None
    doubt: Value | None
    order: float | None

    @property
    def key(self) -> Key:
        """The rule's identity."""
        return key_of(self.entry)


@dataclass(frozen=True, slots=True)
class _Answer:
    """The traffic that boxes let in together; `keys` are the keys of their rules, in the same order."""

    reached: list[Reached]
    keys: list[Key]
    is_open: bool

    def adds(self, key: Key) -> bool:
        """Whether the rule lets in traffic from outside private networks."""
        return any(each == key and contributes(self.reached, index) for index, each in enumerate(self.keys))


@dataclass(frozen=True, slots=True)
class InForce:
    """The rules of one security group in one direction: which are open alone, and what the others add up to."""

    sides: Mapping[Key, Sided]
    alone: frozenset[Key]
    least: _Answer
    most: _Answer

    def first(self) -> tuple[Value, tuple[Value, ...]] | None:
        """The first rule that opens what was asked, with the others that it does so with; None when none does.

        Raises `UnknownValue`.
        """
        doubt: UnknownValue | None = None
        for key, side in self.sides.items():
            try:
                others = self.opened(key)
            except UnknownValue as unknown:
                doubt = doubt or unknown
            else:
                if others is not None:
                    return side.entry, others
        if doubt:
            raise doubt
        return None

    def opened(self, key: Key) -> tuple[Value, ...] | None:
        """The other rules with which the one at `key` opens what was asked; none where it does so alone.

        None when it does not. Raises `UnknownValue` when that depends on what is not known yet.
        """
        if key in self.alone:
            return ()
        if self.least.is_open and self.least.adds(key):
            return tuple(
                self.sides[each].entry
                for each in dict.fromkeys(self.least.keys)
                if each != key and self.least.adds(each)
            )
        if self.most.is_open and self.most.adds(key):
            doubts = {each: side.doubt for each, side in self.sides.items() if side.doubt is not None}
            raise UnknownValue(doubts.get(key) or next(iter(doubts.values()), self.sides[key].entry))
        return None


_NOTHING: Final = _Answer([], [], is_open=False)


def in_force(listed: Iterable[Sided], widest: tuple[int, ...], ask: Ask) -> InForce:
    """The results of `ask` for the rules together and for each alone, in force in their order, allows first."""
    sides = {side.key: side for side in listed}
    alone: frozenset[Key] = frozenset()
    if not is_open(union(side.most.sources for side in sides.values() if side.most and side.most.allows), widest):
        return InForce(sides, alone, _NOTHING, _NOTHING)  # the usual case: no traffic from outside is let in
    boxes = _boxes(sides.values(), least=True)
    least = _answer(boxes, ask, widest)
    if least.is_open:
        alone = frozenset(key for key, box in boxes if box.allows and _answer(_only(boxes, {key}), ask, widest).is_open)
        least = _answer(_only(boxes, sides.keys() - alone), ask, widest)
    most = _answer(_only(_boxes(sides.values(), least=False), sides.keys() - alone), ask, widest)
    return InForce(sides, alone, least, most)


def _only(boxes: list[tuple[Key, Box]], keys: AbstractSet[Key]) -> list[tuple[Key, Box]]:
    """All that deny, and of those that allow the ones at `keys`."""
    return [(key, box) for key, box in boxes if key in keys or not box.allows]


def _answer(boxes: list[tuple[Key, Box]], ask: Ask, widest: tuple[int, ...]) -> _Answer:
    reached = ask([box for _, box in boxes])
    together = union(each.sources for each in reached)
    return _Answer(reached, [key for key, _ in boxes], is_open(together, widest))


def _boxes(sides: Iterable[Sided], *, least: bool) -> list[tuple[Key, Box]]:
    """The boxes in the order in which they are in force, for the least that they let in, or for the most."""
    listed: list[tuple[float, int, int, Key, Box]] = []
    for number, side in enumerate(sides):
        for allows, box in ((True, side.least if least else side.most), (False, side.most if least else side.least)):
            if box is not None and box.allows is allows:
                last = _LAST if least and allows else FIRST
                order = last if side.order is None else side.order
                listed.append((order, 0 if allows else 1, number, side.key, box))
    listed.sort(key=lambda each: each[:3])
    return [(key, box) for *_, key, box in listed]


def named(entries: Sequence[Value], *properties: str) -> str:
    """Rules by their names, the first of them with the ranges in `properties`."""
    said = []
    for entry in entries[:_NAMED_AT_MOST]:
        ranges = [text for name in properties for text in _texts(entry[name].raw)]
        said.append(_name(entry) + (f" ({first_of(ranges, _NAMED_AT_MOST)})" if ranges else ""))
    rest = len(entries) - _NAMED_AT_MOST
    return ", ".join(said) + (f" and {rest} more" if rest > 0 else "")


def _texts(raw: Any) -> list[str]:
    if isinstance(raw, str):
        return [raw]
    return [each for each in raw if isinstance(each, str)] if isinstance(raw, (list, tuple)) else []


def _name(entry: Value) -> str:
    own = entry["name"].raw if entry.outer else None
    return own if isinstance(own, str) else entry.path or entry.resource.name
