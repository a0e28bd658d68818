"""Finds planned resources by type, by parent and by reference."""

from collections import defaultdict, deque
from collections.abc import Container, Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bluelamp.planning import PlannedResource


class Lookup:
    """An index of a plan's resources."""

    def __init__(self, resources: Iterable["PlannedResource"]) -> None:
        self.by_urn = {one.urn: one for one in resources}
        self._by_type: dict[str, list[tuple[int, PlannedResource]]] = defaultdict(list)
        for number, one in enumerate(self.by_urn.values()):
            self._by_type[one.type].append((number, one))

    def of(self, *types: str) -> Iterator["PlannedResource"]:
        """The resources of these types, in URN order."""
        return self._ordered(types)

    def of_prefix(self, prefix: str) -> Iterator["PlannedResource"]:
        """The resources whose type begins with `prefix`, in URN order."""
        return self._ordered(type_ for type_ in self._by_type if type_.startswith(prefix))

    def _ordered(self, types: Iterable[str]) -> Iterator["PlannedResource"]:
        found = sorted((each for type_ in types for each in self._by_type.get(type_, ())), key=lambda each: each[0])
        return (one for _, one in found)

    def text(self, one: "PlannedResource", key: str) -> str:
        """An input that is a known string; otherwise empty."""
        value = one.inputs.get(key)
        return value if isinstance(value, str) else ""

    def parent_name(self, one: "PlannedResource") -> str:
        """The logical name of the component around `one`; empty outside components."""
        parent = self.by_urn.get(one.parent)
        return parent.name if parent and parent.type.startswith("bluelamp:") else ""

    def above(self, one: "PlannedResource", component: str) -> str:
        """The logical name of the nearest `bluelamp:index:<component>` above `one`; empty if there is none."""
        parent = self.by_urn.get(one.parent)
        while parent is not None:
            if parent.type == f"bluelamp:index:{component}":
                return parent.name
            parent = self.by_urn.get(parent.parent)
        return ""

    def nearest(self, one: "PlannedResource", wanted: Container[str], keys: tuple[str, ...] = ()) -> str | None:
        """The URN in `wanted` with the shortest chain of references from `one`, starting with the inputs `keys`."""
        first = [urn for key, urns in one.references.items() if not keys or key in keys for urn in urns]
        waiting, seen = deque(first), set(first)
        while waiting:
            urn = waiting.popleft()
            if urn in wanted:
                return urn
            at = self.by_urn.get(urn)
            for each in sorted({ref for refs in at.references.values() for ref in refs}) if at else ():
                if each not in seen:
                    seen.add(each)
                    waiting.append(each)
        return None
