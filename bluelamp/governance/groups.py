"""The management groups among resources, with their hierarchy and display names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from bluelamp.core.resource import Resource
from bluelamp.core.suggestions import did_you_mean
from bluelamp.errors import UsageError
from bluelamp.modules.azure.management_groups import PREFIX, hierarchy

GROUP: Final = "azure-native:management:ManagementGroup"


@dataclass(frozen=True)
class Group:
    """A management group. `key` is its purpose (`corp`), empty if it is not Bluelamp's."""

    name: str
    title: str
    key: str
    parent: str

    @property
    def label(self) -> str:
        """The display name."""
        return self.key or self.name


def groups_of(resources: Iterable[Resource]) -> dict[str, Group]:
    """The groups among `resources` by name, parents first, and the real hierarchy before its canary."""
    by_urn = {each.urn: each for each in resources if each.type == GROUP}
    found = [
        Group(
            str(each.properties.get("groupId", each.name)),
            str(each.properties.get("displayName", "")),
            _key(each.name),
            _parent(each, by_urn),
        )
        for each in by_urn.values()
    ]
    by_name = {group.name: group for group in found}
    paths = {group.name: [above.name for above in chain(group, by_name)] for group in found}
    return {name: by_name[name] for name in sorted(paths, key=lambda name: (len(paths[name][0]), paths[name]))}


def chain(group: Group, groups: Mapping[str, Group]) -> tuple[Group, ...]:
    """The known ancestors of `group` and itself, the root first."""
    found = [group]
    while found[0].parent in groups and groups[found[0].parent] not in found:
        found.insert(0, groups[found[0].parent])
    return tuple(found)


def find(scope: str, groups: Mapping[str, Group]) -> Group:
    """The group with the name, id or purpose `scope`; of several, the one with the shortest name, which is the real one
    rather than its canary.

    Raises `UsageError` if there is none.
    """
    name = scope.removeprefix(PREFIX)
    if name in groups:
        return groups[name]
    named = sorted((group for group in groups.values() if group.key == name), key=lambda group: len(group.name))
    if not named:
        known = [*dict.fromkeys(group.label for group in groups.values()), *groups]
        raise UsageError(
            f"there is no management group {scope!r}",
            next_step=did_you_mean(name, known) or f"name one of {', '.join(dict.fromkeys(known))}",
        )
    return named[0]


def _key(name: str) -> str:
    fitting = [key for key in hierarchy() if name == key or name.endswith(f"-{key}")]
    return max(fitting, key=len, default="")


def _parent(group: Resource, by_urn: Mapping[str, Resource]) -> str:
    """The name of the parent group; in a plan its id is unknown, but the reference to it is not."""
    for urn in group.references.get("details", ()):
        if urn in by_urn:
            return str(by_urn[urn].properties.get("groupId", ""))
    details = group.properties.get("details")
    parent = details.get("parent") if isinstance(details, Mapping) else None
    identity = parent.get("id") if isinstance(parent, Mapping) else None
    return identity.removeprefix(PREFIX) if isinstance(identity, str) else ""
