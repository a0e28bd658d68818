"""The resource that an ARM id refers to, for rules on references between resources.

An id is unknown until its resource exists, but the engine records the resources on which a property depends. A known id
is matched by its ARM type and name, as the resource's name is usually known.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bluelamp.core.resource import UNKNOWN
from bluelamp.policies.estate import Estate, canonical, kind_of
from bluelamp.policies.value import UnknownValue, Value, places, some

PRIVATE_ENDPOINT: Final = "azure-native:network:PrivateEndpoint"

_LINES: Final = [
    line.split()
    for line in Path(__file__).with_name("arm_names.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]

NAMES: Final[Mapping[str, tuple[str, str]]] = {
    f"azure-native:{type_}": (arm_type, name) for type_, arm_type, name in _LINES
}
"""The ARM type of each referenced type, and the property with its name."""


_AMBIGUOUS_SOURCES: Final = frozenset({"azure-native:resources:ResourceGroup", "azure-native:subscription:Alias"})
"""Types whose ids are part of other resources' ids, so that an id derived from one may be that of any resource."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A place with the id of a resource. With a `doubt`, an unknown value decides whether the reference exists."""

    id: Value
    doubt: Value | None = None


@dataclass(frozen=True, slots=True)
class Pointers:
    """The targets of references, by the ends of known ids and by URN.

    The value of a target is None if it is certain, or the unknown value that decides. `untraceable` is a reference that
    may have any target.
    """

    ends: Mapping[str, Value | None]
    urns: Mapping[str, Value | None]
    untraceable: Value | None

    def reach(self, resource: Value, *, by_name: bool = False) -> bool:
        """Whether a reference has the target `resource`, by id or, for references that hold names, by name.

        Raises `UnknownValue` if that is unknown.
        """
        arm_type, name = NAMES[canonical(resource.resource.type)]
        own_name = resource[name]
        doubts = [self.untraceable]
        found = [self.urns[urn]] if (urn := resource.resource.urn) in self.urns else []
        if not isinstance(own_name.raw, str):
            doubts.append(own_name if self.ends else None)
        elif (end := own_name.text() if by_name else f"{arm_type}/{own_name.text()}") in self.ends:
            found.append(self.ends[end])
        if None in found:
            return True
        for doubt in (*found, *doubts):
            if doubt is not None:
                raise UnknownValue(doubt)
        return False


def references(start: Value, pattern: str, doubt: Value | None = None) -> Iterator[Reference]:
    """The references at `pattern`, which ends in the property with the id, below `start`.

    If a value above the id is unknown, there may be no reference: it is in doubt.
    """
    holder = pattern.rpartition(".")[2]
    for value in places(start, pattern):
        if value.raw is not None:
            yield Reference(value, doubt or (None if value.key == holder else value))


def pointers(found: Iterable[Reference]) -> Pointers:
    """The targets of references.

    A known id identifies its target. An unknown id that depends on one resource is that resource's id; if it depends on
    several, it may be the id of any of them. Without recorded dependencies, or if one has no id in Azure or contains
    other resources, it may be the id of any resource.
    """
    ends: dict[str, Value | None] = {}
    urns: dict[str, Value | None] = {}
    untraceable: Value | None = None
    for each in found:
        value, sources = each.id, each.id.references
        if value.raw is not UNKNOWN:
            _add(ends, "/".join(value.text().rstrip("/").split("/")[-3:]), each.doubt)
        elif not sources or not all(map(_identifies, sources)):
            untraceable = untraceable or value
        else:
            for urn in sources:
                _add(urns, urn, each.doubt if len(sources) == 1 else value)
    return Pointers(ends, urns, untraceable)


def made_from(id_: Value) -> frozenset[str]:
    """The possible types of the resource of an unknown id; empty if they cannot be determined."""
    if id_.raw is UNKNOWN and all(map(_identifies, id_.references)):
        return frozenset(map(kind_of, id_.references))
    return frozenset()


def owner(part: Value, estate: Estate, type_: str) -> Value | None:
    """The resource of `type_` that `part` belongs to, by the name property that both have; None if there is none.

    Raises `UnknownValue` if that is unknown.
    """
    _, name = NAMES[type_]
    named = part[name]

    def is_owner(whole: Value) -> bool:
        return whole.resource.urn in named.references or whole[name].text() == named.text()

    found = some(estate.of(type_), is_owner)
    if found is None:
        named.text()  # raises if unknown: it may be in another stack
    return found


def private_endpoints(estate: Estate) -> Pointers:
    """The targets of the estate's private endpoints."""
    return pointers(
        reference
        for endpoint in estate.of(PRIVATE_ENDPOINT)
        for connections in ("privateLinkServiceConnections", "manualPrivateLinkServiceConnections")
        for reference in references(endpoint, f"{connections}[*].privateLinkServiceId")
    )


def _add(targets: dict[str, Value | None], target: str, doubt: Value | None) -> None:
    if doubt is None or target not in targets:  # a certain reference outweighs doubtful ones
        targets[target] = doubt


def _identifies(urn: str) -> bool:
    type_ = kind_of(urn)
    return type_.startswith("azure-native:") and type_ not in _AMBIGUOUS_SOURCES
