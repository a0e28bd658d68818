"""The combined effect of filter rules: the least and the most traffic that they admit, for any unknown values.

If the least is too much, the verdict is fail; if the most is not, it is pass; otherwise it is unknown.
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
"""The order of a rule that comes before all others."""
_LAST: Final = float("inf")
_NAMED_AT_MOST: Final = 3

Key: TypeAlias = tuple[str, str]
"""The URN and the path of a rule."""
Query: TypeAlias = Callable[[list[Box]], list[Reached]]
"""A function from boxes, in their order, to the traffic that they admit."""


def key_of(entry: Value) -> Key:
    """The identity of a rule."""
    return entry.resource.urn, entry.path


@dataclass(frozen=True, slots=True)
class RuleBounds:
    """One rule with its lower and upper bound, each None if the rule may have no effect.

    `doubt` is an unknown value of the rule, if any; `order` is None if unknown.
    """

    entry: Value
    least: Box | None
    most: Box | None
    doubt: Value | None
    order: float | None

    @property
    def key(self) -> Key:
        """The identity of the rule."""
        return key_of(self.entry)


@dataclass(frozen=True, slots=True)
class _Answer:
    """The traffic that boxes admit together; `keys` are the keys of their rules, in the same order."""

    reached: list[Reached]
    keys: list[Key]
    is_open: bool

    def adds(self, key: Key) -> bool:
        """Whether the rule admits traffic from public addresses."""
        return any(each == key and contributes(self.reached, index) for index, each in enumerate(self.keys))


@dataclass(frozen=True, slots=True)
class InForce:
    """The rules of one group in one direction: those that are open alone, and the combined effect of the others."""

    bounds: Mapping[Key, RuleBounds]
    alone: frozenset[Key]
    least: _Answer
    most: _Answer

    def first(self) -> tuple[Value, tuple[Value, ...]] | None:
        """The first rule that is open, with the other rules that contribute; None if there is none.

        Raises `UnknownValue`.
        """
        undecided: UnknownValue | None = None
        for key, bound in self.bounds.items():
            try:
                others = self.opened(key)
            except UnknownValue as unknown:
                undecided = undecided or unknown
            else:
                if others is not None:
                    return bound.entry, others
        if undecided:
            raise undecided
        return None

    def opened(self, key: Key) -> tuple[Value, ...] | None:
        """The other rules that contribute to the openness of the rule `key`; empty if it is open alone.

        None if it is not open. Raises `UnknownValue` if that depends on an unknown value.
        """
        if key in self.alone:
            return ()
        if self.least.is_open and self.least.adds(key):
            return tuple(
                self.bounds[each].entry
                for each in dict.fromkeys(self.least.keys)
                if each != key and self.least.adds(each)
            )
        if self.most.is_open and self.most.adds(key):
            unknown_values = {each: bound.doubt for each, bound in self.bounds.items() if bound.doubt is not None}
            raise UnknownValue(unknown_values.get(key) or next(iter(unknown_values.values()), self.bounds[key].entry))
        return None


_NO_TRAFFIC: Final = _Answer([], [], is_open=False)


def in_force(rules: Iterable[RuleBounds], widest: tuple[int, ...], query: Query) -> InForce:
    """The results of `query` for the rules together and for each alone. With equal order, allows come first."""
    bounds = {bound.key: bound for bound in rules}
    alone: frozenset[Key] = frozenset()
    if not is_open(union(bound.most.sources for bound in bounds.values() if bound.most and bound.most.allows), widest):
        return InForce(bounds, alone, _NO_TRAFFIC, _NO_TRAFFIC)  # the usual case: no public source is allowed
    boxes = _boxes(bounds.values(), least=True)
    least = _answer(boxes, query, widest)
    if least.is_open:
        alone = frozenset(
            key for key, box in boxes if box.allows and _answer(_only(boxes, {key}), query, widest).is_open
        )
        least = _answer(_only(boxes, bounds.keys() - alone), query, widest)
    most = _answer(_only(_boxes(bounds.values(), least=False), bounds.keys() - alone), query, widest)
    return InForce(bounds, alone, least, most)


def _only(boxes: list[tuple[Key, Box]], keys: AbstractSet[Key]) -> list[tuple[Key, Box]]:
    """All denying boxes, and the allowing ones of `keys`."""
    return [(key, box) for key, box in boxes if key in keys or not box.allows]


def _answer(boxes: list[tuple[Key, Box]], query: Query, widest: tuple[int, ...]) -> _Answer:
    reached = query([box for _, box in boxes])
    together = union(each.sources for each in reached)
    return _Answer(reached, [key for key, _ in boxes], is_open(together, widest))


def _boxes(bounds: Iterable[RuleBounds], *, least: bool) -> list[tuple[Key, Box]]:
    """The boxes in the order of their evaluation, for the least or the most admitted traffic."""
    ordered: list[tuple[float, int, int, Key, Box]] = []
    for number, bound in enumerate(bounds):
        for allows, box in (
            (True, bound.least if least else bound.most),
            (False, bound.most if least else bound.least),
        ):
            if box is not None and box.allows is allows:
                last = _LAST if least and allows else FIRST
                order = last if bound.order is None else bound.order
                ordered.append((order, 0 if allows else 1, number, bound.key, box))
    ordered.sort(key=lambda each: each[:3])
    return [(key, box) for *_, key, box in ordered]


def named(entries: Sequence[Value], *properties: str) -> str:
    """The names of rules, the first few with the ranges in their `properties`."""
    texts = []
    for entry in entries[:_NAMED_AT_MOST]:
        ranges = [text for name in properties for text in _texts(entry[name].raw)]
        texts.append(_name(entry) + (f" ({first_of(ranges, _NAMED_AT_MOST)})" if ranges else ""))
    rest = len(entries) - _NAMED_AT_MOST
    return ", ".join(texts) + (f" and {rest} more" if rest > 0 else "")


def _texts(raw: Any) -> list[str]:
    if isinstance(raw, str):
        return [raw]
    return [each for each in raw if isinstance(each, str)] if isinstance(raw, (list, tuple)) else []


def _name(entry: Value) -> str:
    own = entry["name"].raw if entry.outer else None
    return own if isinstance(own, str) else entry.path or entry.resource.name
