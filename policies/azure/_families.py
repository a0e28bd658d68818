"""Parts of a resource that are inline or separate resources: rules of a security group, routes of a table."""

from dataclasses import dataclass, field
from typing import Any

from bluelamp.core.resource import UNKNOWN
from bluelamp.policies.estate import Estate
from bluelamp.policies.value import UnknownValue, Value, places


@dataclass(frozen=True, slots=True)
class FamilyKind:
    """A type of whole with its types of parts; both have the whole's name in `named`, and `inline` is the pattern of
    parts that are inline in the whole."""

    whole: str
    named: str
    parts: tuple[str, ...]
    inline: str = ""

    def __call__(self, estate: Estate) -> "Families":
        """The families of this kind, for `Estate.once`."""
        return Families(self, estate)

    def family(self, place: Value, estate: Estate) -> "Family":
        """All parts of the whole to which the part `place` belongs."""
        return estate.once(self).of(place)


@dataclass(slots=True)
class Family:
    """The parts of one whole. `memo` is a cache for rules."""

    parts: list[Value]
    doubtful: set[str] = field(default_factory=set)
    """The URNs of the parts that may belong to another whole with the same name."""
    memo: dict[Any, Any] = field(default_factory=dict)


class Families:
    """The families of one kind in an estate."""

    def __init__(self, kind: FamilyKind, estate: Estate) -> None:
        self._kind = kind
        self._by_key: dict[Any, list[Family]] = {}
        self._of: dict[str, Family] = {}
        for whole in estate.of(kind.whole):
            family = Family(_inline(whole, kind.inline))
            self._of[whole.resource.urn] = family
            named = whole[kind.named].raw
            if isinstance(named, str):
                self._by_key.setdefault(named.casefold(), []).append(family)
            self._groups(family, whole)
        for part in estate.of(*kind.parts):
            self._join(part)

    def of(self, place: Value) -> Family:
        """The family of `place`."""
        return self._of[place.resource.urn]

    def _groups(self, family: Family, one: Value) -> None:
        family.memo["group"] = one["resourceGroupName"]

    def _join(self, part: Value) -> None:
        named = part[self._kind.named]
        urn = next((urn for urn in named.references if urn in self._of), None) if named.raw is UNKNOWN else None
        if urn is not None:
            family = self._of[urn]
        elif isinstance(named.raw, str):
            family = self._named(named.raw.casefold(), part)
        elif named.raw is UNKNOWN and named.references:
            family = self._named(named.references, part)
        else:
            family = Family([])
        family.parts.append(part)
        self._of[part.resource.urn] = family

    def _named(self, key: Any, part: Value) -> Family:
        group = part["resourceGroupName"]
        known = self._by_key.setdefault(key, [])
        for family in known:
            same = _same_group(family.memo["group"], group)
            if same is not False:
                if same is None:
                    family.doubtful.add(part.resource.urn)
                return family
        family = Family([])
        self._groups(family, part)
        known.append(family)
        return family


def _inline(whole: Value, pattern: str) -> list[Value]:
    if not pattern:
        return []
    try:
        return list(places(whole, pattern))
    except (TypeError, UnknownValue):
        return []  # reported by the verdict on the whole


def _same_group(one: Value, other: Value) -> bool | None:
    """Whether both are in the same resource group; None if unknown."""
    if isinstance(one.raw, str) and isinstance(other.raw, str):
        return one.raw.casefold() == other.raw.casefold()
    if one.raw is UNKNOWN and other.raw is UNKNOWN and one.references and one.references == other.references:
        return True
    return True if one.raw is None and other.raw is None else None
