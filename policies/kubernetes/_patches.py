"""Resources that patch others (`kubernetes:apps/v1:DeploymentPatch`): what they change and what comes out.

A patch is laid over the object of its kind, namespace and name as server-side apply does it. Where that object is not
among the resources, or its name is not known yet, what the patch does not set is unknown.
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
    """A patch. `own` is what it sets by itself; `steps` are the objects before and after it, where they are known."""

    own: Resource
    of: str
    steps: tuple[tuple[Resource, Resource], ...] = ()


@lru_cache(maxsize=4096)
def is_patch_type(type_: str) -> bool:
    """Whether the type may be that of a patch."""
    return type_.startswith("kubernetes:") and type_.endswith(_SUFFIX) and not type_.endswith(f":{_SUFFIX}")


def patches_type(resource: Resource) -> str:
    """The type of what `resource` patches; empty where it is no patch but an object of a kind that is called so."""
    if not is_patch_type(resource.type):
        return ""
    _, module, kind = resource.type.split(":")
    declared = resource.properties.get("kind")
    whole = kind.removesuffix(_SUFFIX)
    version = module.removeprefix("core/")
    if declared == kind and not builtin(version, whole).known:
        return ""
    if isinstance(declared, str) and declared not in ("", kind):
        whole = declared
    said = resource.properties.get("apiVersion")
    return type_of(said if isinstance(said, str) and said else version, whole)


class Patches:
    """The patches among `resources`: what each makes of what it patches, and the objects that are left in the end."""

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
        """What `resource` patches; None where it is no patch."""
        return self._by_urn.get(resource.urn)

    def effective(self, resources: Iterable[Resource]) -> list[Resource]:
        """`resources` as they are in the end: the patched ones with their patches, and what only patches set."""
        if not self.any:
            return list(resources)
        kept = [self._final.get(id(each), each) for each in resources if each.urn not in self._by_urn]
        return [*kept, *self._added]

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
        called = f"{kind} {namespace}/{name}" if type_ and _is_text(namespace, name) else f"{kind} of an unknown name"
        if not _is_text(namespace, name):
            for base in kinds.get((group, kind), ()):
                # It may be this one that is patched: what the patch would change is not known.
                now = self._final.get(id(base), base)
                after = _apply(now.properties, patch.properties, shape)
                self._final[id(base)] = replace(now, properties=_common(now.properties, after))
            self._by_urn[patch.urn] = Patched(own, called)
            return
        found = bases.get(identity)
        if not found:
            self._by_urn[patch.urn] = Patched(own, f"{called}, which is not among the resources")
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
            for place, added in enumerate(self._added):
                if added is base:
                    self._added[place] = self._final[id(base)]
        self._by_urn[patch.urn] = Patched(own, called, tuple(steps))

    def _shape(self, type_: str) -> Shape:
        _, module, kind = type_.split(":")
        return self._shapes.get((module, kind)) or builtin(module.removeprefix("core/"), kind)


def _shapes(resources: Iterable[Resource]) -> dict[tuple[str, str], Shape]:
    """The schemas of custom resources that are among `resources`, by API version and kind."""
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
    """The group, kind, namespace and name; the last two as they are, `UNKNOWN` or missing."""
    _, module, kind = type_.split(":")
    group = module.partition("/")[0]
    metadata = properties.get("metadata")
    if metadata is UNKNOWN or not isinstance(metadata, Mapping):
        return group, kind, _DEFAULT if metadata is None else UNKNOWN, metadata
    namespace = metadata.get("namespace")
    return group, kind, _DEFAULT if namespace in (None, "") else namespace, metadata.get("name")


def _tops(paths: Iterable[str]) -> frozenset[str]:
    """The top-level properties of `paths`: below them items of lists may be at another place after a patch."""
    return frozenset(re.split(r"[.\[]", path, maxsplit=1)[0] for path in paths)


def _is_text(*values: Any) -> bool:
    return all(isinstance(value, str) and value for value in values)


def _partial(value: Any, shape: Shape) -> Any:
    """What a patch sets, of an object that is not known: fields and items that it leaves out are unknown."""
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
    """`value` without nulls, which nobody sets."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items() if item is not None}
    return [_plain(item) for item in value] if isinstance(value, list) else value


_over: Final = Apply(UNKNOWN, _partial)


def _apply(base: Mapping[str, Any], patch: Mapping[str, Any], shape: Shape) -> Any:
    return _over(base, patch, shape)


def _common(one: Any, other: Any) -> Any:
    """What is the same in both; `UNKNOWN` where they differ."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        merged = {key: _common(one.get(key), other.get(key)) for key in {**one, **other}}
        partial = isinstance(one, PartialObject) or isinstance(other, PartialObject)
        return PartialObject(merged) if partial else merged
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        partial = isinstance(one, PartialList) or isinstance(other, PartialList)
        items = [_common(*pair) for pair in zip(one, other, strict=True)]
        return PartialList(items) if partial else items
    return one if type(one) is type(other) and one == other else UNKNOWN
