"""Views of resources that are not judged by their own properties alone.

A patch is judged by its result, an aggregated role with the permissions of the selected roles, and a container of pods
or other objects with all of them. Each is a `View` of the resource.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Final

from bluelamp.core.resource import Resource
from bluelamp.policies.estate import Estate, canonical
from bluelamp.policies.kubernetes import _contents, _templates
from bluelamp.policies.kubernetes._patches import Patches, is_patch_type
from bluelamp.policies.kubernetes._templates import type_of
from bluelamp.policies.kubernetes.rbac import _roles
from bluelamp.policies.value import UnknownValue, Value, places, root

TEMPLATE: Final = _templates.TEMPLATE
"""The type whose rules judge pods found in other kinds."""
_DEEPEST: Final = 8
"""The maximum depth of objects within objects."""
_MOST_ESTATES: Final = 20
"""The maximum number of different conditions for which resources are considered to be deployed together."""


@dataclass(frozen=True, slots=True)
class View:
    """A resource as judged by the rules for `type`; `seeds` are places, by pattern, that are not found by the pattern.

    `estate` has the resources judged together with the object, if they differ from the resource's estate.
    """

    resource: Resource
    type: str
    seeds: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    estate: Estate | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """All views of one resource. For a patch, `of` names its target, and `steps` are the views before and after."""

    views: tuple[View, ...]
    of: str = ""
    steps: tuple[tuple[tuple[View, ...], tuple[View, ...]], ...] = ()


class Context:
    """The resources judged together. `complete` is whether these are all resources."""

    def __init__(self, resources: Iterable[Resource], *, complete: bool = True) -> None:
        listed = list(resources)
        kubernetes = [each for each in listed if each.type.startswith("kubernetes:")]
        self.complete = complete
        self._patches = Patches(kubernetes)
        effective = _with_lists(self._patches.effective(listed), kubernetes)
        self.estate = Estate(effective)
        self._conditional = effective if any(each.conditions for each in listed) else []
        self._certain: dict[frozenset[str], Estate] = {}
        self._applied_contents = self._applied() if kubernetes else frozenset()

    def certain(self, resource: Resource) -> Estate | None:
        """The resources that are certainly deployed if `resource` is; None if these are all."""
        if not self._conditional:
            return None
        given = resource.conditions
        if given not in self._certain and len(self._certain) >= _MOST_ESTATES:
            given = frozenset()
        if given not in self._certain:
            self._certain[given] = Estate(each for each in self._conditional if each.conditions <= given)
        return self._certain[given]

    def subject(self, resource: Resource) -> Subject | None:
        """The views of `resource`; None if it is judged by its own properties."""
        if not resource.type.startswith("kubernetes:"):
            return None
        if not self._special(resource):
            return None
        patched = self._patches.of(resource)
        if patched is None:
            return Subject(tuple(self._views(resource)))
        steps = tuple((tuple(self._views(before)), tuple(self._views(after))) for before, after in patched.steps)
        return Subject(tuple(self._views(patched.own)), patched.of, steps)

    def depends_on_others(self, resource: Resource) -> bool:
        """Whether the judgement of `resource` depends on other resources."""
        return _key(resource) in self._applied_contents or self._patches.of(resource) is not None

    def _special(self, resource: Resource) -> bool:
        type_ = canonical(resource.type)
        return (
            _templates.searched(type_)
            or is_patch_type(type_)
            or _declared(resource) != type_
            or _key(resource) in self._applied_contents
            or _roles.aggregates(resource)
        )

    def _views(self, resource: Resource, depth: int = 0, estate: Estate | None = None) -> Iterator[View]:
        type_ = canonical(resource.type)
        yield self._view(resource, type_, estate)
        declared = _declared(resource)
        if declared != type_:
            yield from self._views(replace(resource, type=declared), depth, estate)
            return
        inner: list[Resource] = []
        if _templates.searched(type_):
            inside = _templates.inside(resource)
            for seeds in inside.pods:
                yield View(resource, TEMPLATE, seeds, estate)
            inner = [_within(resource, of, value.path, value.raw) for of, value in inside.objects]
        elif not depth and _key(resource) in self._applied_contents:
            inner = _contained(resource)
        if depth < _DEEPEST and inner:
            listed = type_.endswith("List")
            own = estate if listed else Estate(_with_lists(inner, inner))
            for each in inner:
                yield from self._views(each, depth + 1, own)

    def _view(self, resource: Resource, type_: str, estate: Estate | None) -> View:
        if not _roles.aggregates(resource):
            return View(resource, type_, {}, estate)
        role = root(resource)
        roles = (estate or self.estate).once(_roles.cluster_roles)
        return View(resource, type_, {_roles.RULES: _roles.permissions(role, roles, complete=self.complete)}, estate)

    def _applied(self) -> frozenset[tuple[str, str, str]]:
        """The ConfigMaps and Secrets that a ClusterResourceSet applies: kind, namespace and name."""
        found = set()
        for each in self.estate.of(*_contents.SETS):
            try:
                for entry in places(each, "spec.resources[*]"):
                    kind, name = entry["kind"].known, entry["name"].known
                    found.add((str(kind), str(each.at("metadata.namespace").get("default")), str(name)))
            except (UnknownValue, TypeError):
                continue
        return frozenset(found)


@lru_cache(maxsize=4096)
def _carrier_kind(type_: str) -> str:
    kind = type_.rpartition(":")[2]
    return kind if kind in _contents.CARRIERS and fnmatchcase(type_, f"kubernetes:core/*:{kind}") else ""


def _key(resource: Resource) -> tuple[str, str, str] | None:
    kind = _carrier_kind(canonical(resource.type))
    metadata = resource.properties.get("metadata") if kind else None
    if not isinstance(metadata, Mapping):
        return None
    return kind, str(metadata.get("namespace") or "default"), str(metadata.get("name"))


def _declared(resource: Resource) -> str:
    """The type from the object's `apiVersion` and `kind`, which the provider uses instead of the resource's type."""
    version, kind = resource.properties.get("apiVersion"), resource.properties.get("kind")
    type_ = canonical(resource.type)
    if not (isinstance(version, str) and isinstance(kind, str) and version and kind):
        return type_
    return type_of(version, kind)


def _within(carrier: Resource, type_: str, path: str, raw: Mapping[str, object]) -> Resource:
    return replace(carrier, type=type_, properties=raw, within=path, references={})


def _contained(carrier: Resource) -> list[Resource]:
    """The objects that a ConfigMap or Secret contains as text; a rule reports unreadable text."""
    found: list[Resource] = []
    with suppress(UnknownValue, TypeError):
        for text, encoded in _contents.texts(root(carrier), _carrier_kind(canonical(carrier.type))):
            with suppress(_contents.Unreadable, UnknownValue):
                objects = list(_contents.objects(text, encoded=encoded))
                found += [_within(carrier, type_, path, raw) for path, type_, raw in objects]
    return found


def _with_lists(effective: list[Resource], kubernetes: list[Resource]) -> list[Resource]:
    """`effective`, and the objects in lists among `kubernetes`."""
    lists = [each for each in kubernetes if each.type.endswith("List") and _templates.searched(canonical(each.type))]
    return effective + [
        _within(each, type_, value.path, value.raw)
        for each in lists
        for type_, value in _templates.inside(each).objects
    ]
