"""Resources that patch others (`kubernetes:apps/v1:DeploymentPatch`): their effect and the resulting objects.

A patch is applied to the object with its kind, namespace and name, as in server-side apply. If that object is not among
the resources, or its name is unknown, everything that the patch does not set is unknown.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

from bluelamp.core.resource import UNKNOWN, Resource
from bluelamp.core.server_side_apply import Apply, Shape, builtin, of_schema
from bluelamp.policies.kubernetes._templates import type_of
from bluelamp.policies.value import PartialList, PartialObject

_SUFFIX: Final = "Patch"
_CRD: Final = ":CustomResourceDefinition"
_DEFAULT: Final = "default"

Identity = tuple[str, str, str, str]
"""The group, kind, namespace and name of an object."""


@dataclass(frozen=True, slots=True)
class Patched:
    """A patch. `own` has only the values that it sets; `steps` are the objects before and after it, if known."""

    own: Resource
    of: str
    steps: tuple[tuple[Resource, Resource], ...] = ()


@lru_cache(maxsize=4096)
def is_patch_type(type_: str) -> bool:
    """Whether the type may be a patch type."""
    return type_.startswith("kubernetes:") and type_.endswith(_SUFFIX) and not type_.endswith(f":{_SUFFIX}")


def patches_type(resource: Resource) -> str:
    """The type that `resource` patches; empty if it is not a patch but an object whose kind has that suffix."""
    if not is_patch_type(resource.type):
        return ""
    _, module, kind = resource.type.split(":")
    declared = resource.properties.get("kind")
    target_kind = kind.removesuffix(_SUFFIX)
    version = module.removeprefix("core/")
    if declared == kind and not builtin(version, target_kind).known:
        return ""
    if isinstance(declared, str) and declared not in ("", kind):
        target_kind = declared
    api_version = resource.properties.get("apiVersion")
    return type_of(api_version if isinstance(api_version, str) and api_version else version, target_kind)


class Patches:
    """The patches among `resources`, their steps, and the resulting objects."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        listed = list(resources)
        self._by_urn: dict[str, Patched] = {}
        self._final: dict[int, Resource] = {}
        self._added: list[Resource] = []
        types = {each.urn: type_ for each in listed if (type_ := patches_type(each))}
        if not types:
            self.any = False
            return
        self.any = True
        self._shapes = _shapes(listed)
        bases: dict[Identity, list[Resource]] = {}
        kinds: dict[tuple[str, str], list[Resource]] = {}
        for each in listed:
            if each.urn not in types and each.type.startswith("kubernetes:"):
                group, kind, namespace, name = _identity(each.type, each.properties)
                kinds.setdefault((group, kind), []).append(each)
                if isinstance(name, str) and isinstance(namespace, str):
                    bases.setdefault((group, kind, namespace, name), []).append(each)
        for each in listed:
            if each.urn not in types:
                continue
            try:
                self._add(each, types[each.urn], bases, kinds)
            except (AttributeError, RecursionError, TypeError, ValueError):
                # What cannot be laid over anything is unknown as a whole.
                own = replace(each, type=types[each.urn], properties=PartialObject())
                self._by_urn[each.urn] = Patched(own, "an object that cannot be read")

    def of(self, resource: Resource) -> Patched | None:
        """The patch `resource`; None if it is not a patch."""
        return self._by_urn.get(resource.urn)

    def effective(self, resources: Iterable[Resource]) -> list[Resource]:
        """The resulting resources: patched ones with their patches applied, and patches without a target."""
        if not self.any:
            return list(resources)
        current = [self._final.get(id(each), each) for each in resources if each.urn not in self._by_urn]
        return [*current, *self._added]

    def _add(
        self,
        patch: Resource,
        type_: str,
        bases: dict[Identity, list[Resource]],
        kinds: Mapping[tuple[str, str], list[Resource]],
    ) -> None:
        shape = self._shape(type_)
        identity = _identity(type_, patch.properties)
        group, kind, namespace, name = identity
        own = replace(patch, type=type_, properties=_partial(patch.properties, shape))
        description = (
            f"{kind} {namespace}/{name}" if type_ and _is_text(namespace, name) else f"{kind} of an unknown name"
        )
        if not _is_text(namespace, name):
            for base in kinds.get((group, kind), ()):
                # This one may be the target, so what the patch would change is unknown.
                current = self._final.get(id(base), base)
                after = _apply(current.properties, patch.properties, shape)
                self._final[id(base)] = replace(current, properties=_common(current.properties, after))
            self._by_urn[patch.urn] = Patched(own, description)
            return
        found = bases.get(identity)
        if not found:
            self._by_urn[patch.urn] = Patched(own, f"{description}, which is not among the resources")
            self._added.append(own)
            bases[identity] = [own]
            return
        steps = []
        for base in found:
            before = self._final.get(id(base), base)
            after = _apply(before.properties, patch.properties, shape)
            secrets = before.secrets | _tops(patch.secrets)
            self._final[id(base)] = replace(before, properties=after, secrets=secrets)
            view = replace(patch, type=type_, secrets=secrets)
            steps.append((replace(view, properties=before.properties), replace(view, properties=after)))
            for position, added in enumerate(self._added):
                if added is base:
                    self._added[position] = self._final[id(base)]
        self._by_urn[patch.urn] = Patched(own, description, tuple(steps))

    def _shape(self, type_: str) -> Shape:
        _, module, kind = type_.split(":")
        return self._shapes.get((module, kind)) or builtin(module.removeprefix("core/"), kind)


def _shapes(resources: Iterable[Resource]) -> dict[tuple[str, str], Shape]:
    """The schemas of custom resources defined in `resources`, by API version and kind."""
    found = {}
    for each in resources:
        if not (each.type.startswith("kubernetes:apiextensions.k8s.io/") and each.type.endswith(_CRD)):
            continue
        spec = each.properties.get("spec")
        if not isinstance(spec, Mapping):
            continue
        names, versions = spec.get("names"), spec.get("versions")
        kind = names.get("kind") if isinstance(names, Mapping) else None
        for version in versions if isinstance(versions, list) else ():
            schema = version.get("schema") if isinstance(version, Mapping) else None
            node = schema.get("openAPIV3Schema") if isinstance(schema, Mapping) else None
            if isinstance(node, Mapping) and isinstance(kind, str):
                found[f"{spec.get('group')}/{version.get('name')}", kind] = of_schema(node)
    return found


def _identity(type_: str, properties: Mapping[str, Any]) -> tuple[str, str, Any, Any]:
    """The group, kind, namespace and name; the last two may be `UNKNOWN` or missing."""
    _, module, kind = type_.split(":")
    group = module.partition("/")[0]
    metadata = properties.get("metadata")
    if metadata is UNKNOWN or not isinstance(metadata, Mapping):
        return group, kind, _DEFAULT if metadata is None else UNKNOWN, metadata
    namespace = metadata.get("namespace")
    return group, kind, _DEFAULT if namespace in (None, "") else namespace, metadata.get("name")


def _tops(paths: Iterable[str]) -> frozenset[str]:
    """The top-level properties of `paths`, as a patch may move list items below them."""
    return frozenset(re.split(r"[.\[]", path, maxsplit=1)[0] for path in paths)


def _is_text(*values: Any) -> bool:
    return all(isinstance(value, str) and value for value in values)


def _partial(value: Any, shape: Shape) -> Any:
    """The values of a patch as a partly known object: missing fields and items are unknown."""
    if isinstance(value, Mapping):
        if shape.atomic:
            return _plain(value)
        return PartialObject({key: _partial(item, shape.field(key)) for key, item in value.items() if item is not None})
    if isinstance(value, list):
        if shape.known and shape.keys is None:
            return _plain(value)
        return PartialList(_partial(item, shape.item) for item in value)
    return value


def _plain(value: Any) -> Any:
    """`value` without nulls."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items() if item is not None}
    return [_plain(item) for item in value] if isinstance(value, list) else value


_over: Final = Apply(UNKNOWN, _partial)


def _apply(base: Mapping[str, Any], patch: Mapping[str, Any], shape: Shape) -> Any:
    return _over(base, patch, shape)


def _common(one: Any, other: Any) -> Any:
    """The common values of both; `UNKNOWN` where they differ."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        merged = {key: _common(one.get(key), other.get(key)) for key in {**one, **other}}
        partial = isinstance(one, PartialObject) or isinstance(other, PartialObject)
        return PartialObject(merged) if partial else merged
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        partial = isinstance(one, PartialList) or isinstance(other, PartialList)
        items = [_common(*pair) for pair in zip(one, other, strict=True)]
        return PartialList(items) if partial else items
    return one if type(one) is type(other) and one == other else UNKNOWN
