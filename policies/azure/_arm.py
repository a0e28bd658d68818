"""The resource that an ARM id refers to, for rules that check references between resources.

An id is only known after a resource exists. Its resource is known before: the engine records which resources a
property is made from. A known id is recognised by its end, the ARM type and the name, since the resource's name is
usually known.
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
"""The ARM type of each type that rules look for, and the property that holds its name."""


_HOLDERS: Final = frozenset({"azure-native:resources:ResourceGroup", "azure-native:subscription:Alias"})
"""What ids of other resources are put together from, so that an id made from one of these may be anybody's."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A place that holds the id of a resource; it only counts when `doubt`, where there is one, turns out well."""

    id: Value
    doubt: Value | None = None


@dataclass(frozen=True, slots=True)
class Pointers:
    """What a set of references points to, by the ends of known ids and by URN.

    Beside each target stands None when it is pointed to, or what has to be known first. `stray` is a reference of which
    nothing is known: it may point to anything.
    """

    ends: Mapping[str, Value | None]
    urns: Mapping[str, Value | None]
    stray: Value | None

    def reach(self, resource: Value, *, by_name: bool = False) -> bool:
        """Whether one of them points to `resource`: by its id or, where the references hold no more, by its name.

        Raises `UnknownValue` when that cannot be told yet.
        """
        arm_type, name = NAMES[canonical(resource.resource.type)]
        named = resource[name]
        doubts = [self.stray]
        found = [self.urns[urn]] if (urn := resource.resource.urn) in self.urns else []
        if not isinstance(named.raw, str):
            doubts.append(named if self.ends else None)
        elif (end := named.text() if by_name else f"{arm_type}/{named.text()}") in self.ends:
            found.append(self.ends[end])
        if None in found:
            return True
        for doubt in (*found, *doubts):
            if doubt is not None:
                raise UnknownValue(doubt)
        return False


def references(start: Value, pattern: str, doubt: Value | None = None) -> Iterator[Reference]:
    """The references that `pattern`, which ends in the property that holds an id, names below `start`.

    Where all that is known of a reference is that something above the id is unknown, there may be none: it is in doubt.
    """
    holder = pattern.rpartition(".")[2]
    for value in places(start, pattern):
        if value.raw is not None:
            yield Reference(value, doubt or (None if value.key == holder else value))


def pointers(found: Iterable[Reference]) -> Pointers:
    """Where references point to.

    A known id tells it by its end. An id that is not known yet and is made from one resource is that resource's id;
    made from several it may be the id of any of them, and of no other. Where nothing is recorded, or where it is made
    from something that has no id in Azure or that holds other resources, it may be the id of anything.
    """
    ends: dict[str, Value | None] = {}
    urns: dict[str, Value | None] = {}
    stray: Value | None = None
    for each in found:
        value, sources = each.id, each.id.references
        if value.raw is not UNKNOWN:
            _add(ends, "/".join(value.text().rstrip("/").split("/")[-3:]), each.doubt)
        elif not sources or not all(map(_told_by_its_id, sources)):
            stray = stray or value
        else:
            for urn in sources:
                _add(urns, urn, each.doubt if len(sources) == 1 else value)
    return Pointers(ends, urns, stray)


def made_from(id_: Value) -> frozenset[str]:
    """The types of the resources that an id which is not known yet may be the id of; none where nothing tells."""
    if id_.raw is UNKNOWN and all(map(_told_by_its_id, id_.references)):
        return frozenset(map(kind_of, id_.references))
    return frozenset()


def owner(part: Value, estate: Estate, type_: str) -> Value | None:
    """The resource of `type_` that `part` says it belongs to, by the property in which both name it; None for none.

    Raises `UnknownValue` when that cannot be told yet.
    """
    _, name = NAMES[type_]
    named = part[name]

    def is_it(whole: Value) -> bool:
        return whole.resource.urn in named.references or whole[name].text() == named.text()

    found = some(estate.of(type_), is_it)
    if found is None:
        named.text()  # one that is not known yet may be that of another stack
    return found


def private_endpoints(estate: Estate) -> Pointers:
    """What the private endpoints of the estate point to."""
    return pointers(
        reference
        for endpoint in estate.of(PRIVATE_ENDPOINT)
        for connections in ("privateLinkServiceConnections", "manualPrivateLinkServiceConnections")
        for reference in references(endpoint, f"{connections}[*].privateLinkServiceId")
    )


def _add(targets: dict[str, Value | None], target: str, doubt: Value | None) -> None:
    if doubt is None or target not in targets:  # one reference without doubt outweighs any number of doubtful ones
        targets[target] = doubt


def _told_by_its_id(urn: str) -> bool:
    type_ = kind_of(urn)
    return type_.startswith("azure-native:") and type_ not in _HOLDERS
