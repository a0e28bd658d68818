"""Finding planned resources by type, by what they hang below and by what they are made from."""

from collections import deque
from collections.abc import Container, Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bluelamp.planning import PlannedResource


class Lookup:
    """The resources of a plan, ready to be asked."""

    def __init__(self, resources: Iterable["PlannedResource"]) -> None:
        self.by_urn = {one.urn: one for one in resources}

    def of(self, *types: str) -> Iterator["PlannedResource"]:
        """The resources of these types, in URN order."""
        return (one for one in self.by_urn.values() if one.type in types)

    def of_prefix(self, prefix: str) -> Iterator["PlannedResource"]:
        """The resources whose type begins with `prefix`."""
        return (one for one in self.by_urn.values() if one.type.startswith(prefix))

    def text(self, one: "PlannedResource", key: str) -> str:
        """An input, where it is known text; else nothing."""
        value = one.inputs.get(key)
        return value if isinstance(value, str) else ""

    def parent_name(self, one: "PlannedResource") -> str:
        """The logical name of the component that made `one`; empty for none but the stack."""
        parent = self.by_urn.get(one.parent)
        return parent.name if parent and parent.type.startswith("bluelamp:") else ""

    def above(self, one: "PlannedResource", component: str) -> str:
        """The logical name of the nearest `bluelamp:index:<component>` above `one`; empty where there is none."""
        parent = self.by_urn.get(one.parent)
        while parent is not None:
            if parent.type == f"bluelamp:index:{component}":
                return parent.name
            parent = self.by_urn.get(parent.parent)
        return ""

    def nearest(self, one: "PlannedResource", wanted: Container[str], keys: tuple[str, ...] = ()) -> str | None:
        """The URN among `wanted` that `one` is made from by the fewest steps, beginning with the inputs `keys`."""
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
