"""Pods and whole objects inside resources of other kinds, recognised by their form.

A pod's specification is an object with containers; an embedded object has an API version, a kind and metadata. Both may
be YAML or JSON in a text. Argo's and Tekton's steps are containers of pods that their controllers create.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any, Final

from bluelamp.core.resource import UNKNOWN, Resource
from bluelamp.policies.kubernetes._workloads import CONTAINER_LISTS, PODS
from bluelamp.policies.value import PartialList, PartialObject, Value, root

TEMPLATE: Final = "kubernetes:core/v1:PodTemplate"
"""The kind whose rules judge recognised pods; its pod is below `template`."""

Seeds = Mapping[str, tuple[Value, ...]]

_SPEC: Final = "template.spec"
_POD_PROPERTIES: Final = frozenset(
    {*CONTAINER_LISTS, "podSpec", "podTemplate", "podTemplateSpec", "jobTemplate", "spec"}
)
"""The properties that contain a pod or a part of one anywhere; if the value is unknown, so is a pod."""
_MAY_HOLD: Final = re.compile(r"(?<!claim)(template|spec)s?$|(job|pod|container|sidecar)s$", re.IGNORECASE)
"""The names of properties that contain pods in many kinds; if the value is unknown, there may be another pod."""
_MACHINES: Final = "cluster.x-k8s.io"
"""Cluster API: its texts are files of machines, such as static pods of the control plane, and not objects."""
_OF_CONTAINER: Final = frozenset({"image", "name", "securityContext"})
_CONTAINERS: Final = re.compile(r"(?<![\w.])([cC]|initC|ephemeralC)ontainers[\"']?[ \t]*:")
"""The property of containers in a text of YAML or JSON."""
_LARGEST_TEXT: Final = 300_000
"""The maximum length of a text, in characters; a longer one with containers is unknown."""
_BUILT_IN: Final = frozenset(
    {
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "apps",
        "authentication.k8s.io",
        "authorization.k8s.io",
        "autoscaling",
        "batch",
        "certificates.k8s.io",
        "coordination.k8s.io",
        "core",
        "discovery.k8s.io",
        "events.k8s.io",
        "extensions",
        "flowcontrol.apiserver.k8s.io",
        "networking.k8s.io",
        "node.k8s.io",
        "policy",
        "rbac.authorization.k8s.io",
        "resource.k8s.io",
        "scheduling.k8s.io",
        "storage.k8s.io",
        "storagemigration.k8s.io",
    }
)
_PATTERNS: Final = (".kyverno.io", ".gatekeeper.sh")
"""Groups whose objects contain patterns for pods, not pods."""
_ARGO: Final = "argoproj.io"
_TEKTON: Final = "tekton.dev"
_OF_POD: Final = frozenset(
    {
        "automountServiceAccountToken",
        "hostIPC",
        "hostNetwork",
        "hostPID",
        "hostUsers",
        "securityContext",
        "serviceAccountName",
        "volumes",
    }
)
"""The properties of a pod that Argo and Tekton copy from a workflow, a run or a template."""
_LAYERS: Final = ("podTemplate", "taskRunTemplate")
_PATCHED: Final = "podSpecPatch"


@dataclass(slots=True)
class Inside:
    """The recognised parts of a resource: the places of each pod, and whole objects with their types."""

    pods: list[Seeds] = field(default_factory=list)
    objects: list[tuple[str, Value]] = field(default_factory=list)


@lru_cache(maxsize=4096)
def searched(type_: str) -> bool:
    """Whether objects of this Kubernetes type may contain pods at paths unknown to rules."""
    group = type_.split(":")[1].partition("/")[0]
    if group == "v1":
        group = "core"
    if f".{group}".endswith(_PATTERNS) or any(fnmatchcase(type_, wanted) for wanted in PODS):
        return False
    return group not in _BUILT_IN or type_.endswith("List")


def inside(resource: Resource) -> Inside:
    """The pods and objects in `resource`, whose type must be `searched`."""
    found = Inside()
    doubts: list[Value] = []
    group = resource.type.split(":")[1].partition("/")[0]
    start = root(resource)
    waiting: list[tuple[Value, tuple[Value, ...]]] = [(start, ())]
    while waiting:
        value, above = waiting.pop()
        value = _opened(value, found, texts=not group.endswith(_MACHINES))
        raw = value.raw
        if isinstance(raw, Mapping):
            type_ = _type(value, resource) if value is not start else ""
            if type_:
                found.objects.append((type_, value))
                continue
            if _is_pod(value):
                found.pods.append(_seeds(value))
            elif group == _ARGO:
                found.pods.extend(_argo(value, above))
            elif group == _TEKTON:
                found.pods.extend(_tekton(value, above))
            above = (*above, value)
        elif raw is UNKNOWN:
            doubts.append(value)
            continue
        elif not isinstance(raw, Sequence):
            continue
        items = raw.items() if isinstance(raw, Mapping) else enumerate(raw)
        waiting += [(Value(resource, item, value, key), above) for key, item in items if _may_have_pods(item)][::-1]
    if doubts:
        found.pods += map(_seeds, _unknown(doubts, found))
    return found


def _opened(value: Value, found: Inside, *, texts: bool) -> Value:
    """`value`, with a text replaced by its parsed content (if `texts`), and a patch by a partly known object.

    For an unreadable text, an unknown pod is added to `found`.
    """
    raw = value.raw
    if isinstance(raw, str):
        if not texts:
            return value
        raw = _parsed(value)
        if raw is UNKNOWN:
            found.pods.append(_seeds(Value(value.resource, raw, value.outer, value.key)))
            raw = None
    elif _is_patch(value):
        raw = _partial(raw)
    return value if raw is value.raw else Value(value.resource, raw, value.outer, value.key)


def _is_patch(value: Value) -> bool:
    """Whether `value` is the content of a patch, as in a kustomization."""
    named = isinstance(value.key, str) and "patch" in value.key.lower()
    return named and isinstance(value.raw, (dict, list)) and not isinstance(value.raw, (PartialObject, PartialList))


def _may_have_pods(item: Any) -> bool:
    if isinstance(item, str):
        return "ontainers" in item
    return item is UNKNOWN or isinstance(item, (Mapping, list, tuple))


def _parsed(value: Value) -> Any:
    """The objects and lists in a text of YAML or JSON; None for other texts and for annotations.

    `UNKNOWN` for an unreadable text with containers, as it may contain any pod.
    """
    outer = value.outer
    if (outer is not None and outer.key == "annotations") or not _CONTAINERS.search(value.raw):
        return None
    if len(value.raw) > _LARGEST_TEXT:
        return UNKNOWN
    from bluelamp.policies.kubernetes._yaml import NotYaml, documents

    try:
        found = [each for each in documents(value.raw) if isinstance(each, (dict, list))]
    except NotYaml:
        return UNKNOWN
    parsed = found[0] if len(found) == 1 else found or None
    above = value.outer
    patch = above is not None and any("patch" in str(each.key).lower() for each in (above, value))
    return _partial(parsed) if patch else parsed


def _unknown(doubts: Sequence[Value], found: Inside) -> Iterator[Value]:
    """The unknown values of `doubts` that may contain a pod, by their names or as similar values in the resource do."""
    places: set[tuple[str, ...]] = set()
    containers_of_pods: set[int] = set()
    pods = [each for seeds in found.pods for each in seeds[_SPEC]]
    for value in [*pods, *(each for _, each in found.objects)]:
        at: Value | None = value
        while at is not None:
            places.add(_steps(at))
            containers_of_pods.add(id(at.raw))
            at = at.outer
    for doubt in doubts:
        beside = bool(containers_of_pods) and (
            _MAY_HOLD.search(str(doubt.key)) or _steps(doubt) in places or _is_one_of(doubt, containers_of_pods)
        )
        if doubt.key in _POD_PROPERTIES or beside:
            yield doubt


def _steps(value: Value) -> tuple[str, ...]:
    """The properties from the resource to `value`, with `*` for the items of a list."""
    steps: list[str] = []
    while value.outer is not None:
        steps.append("*" if isinstance(value.key, int) else str(value.key))
        value = value.outer
    return tuple(reversed(steps))


def _is_one_of(doubt: Value, holding: Collection[int]) -> bool:
    """Whether `doubt` is an entry in a map by names whose known entries all contain pods."""
    raw = doubt.outer.raw if doubt.outer is not None else None
    if not isinstance(raw, Mapping):
        return False
    known = {key: item for key, item in raw.items() if item is not UNKNOWN}
    named = not any(key in _POD_PROPERTIES or _MAY_HOLD.search(str(key)) for key in known)
    return bool(known) and named and all(id(item) in holding for item in known.values())


def _type(value: Value, carrier: Resource) -> str:
    """The type of the object at `value`; empty if it is not an object. Items of a typed list may omit their type."""
    raw = value.raw
    version, kind = raw.get("apiVersion"), raw.get("kind")
    if isinstance(version, str) and isinstance(kind, str) and version and kind:
        whole = isinstance(raw.get("metadata"), Mapping) or isinstance(raw.get("items"), (list, tuple))
        return type_of(version, kind) if whole else ""
    listed = value.outer is not None and value.outer.key == "items" and value.outer.outer is not None
    if listed and carrier.type.endswith("List") and value.outer.outer.outer is None:  # type: ignore[union-attr]
        return carrier.type.removesuffix("List")
    return ""


def type_of(api_version: str, kind: str) -> str:
    """The type token of a kind: `kubernetes:core/v1:Pod` of `v1` and `Pod`."""
    return f"kubernetes:{api_version if '/' in api_version else f'core/{api_version}'}:{kind}"


def _is_pod(value: Value) -> bool:
    """Whether `value` is a pod's specification: it has containers, or is a patch of one."""
    for key in CONTAINER_LISTS:
        if key not in value.raw:
            continue
        containers = value.raw[key]
        if containers is UNKNOWN:
            return True
        if any(map(_is_container, _listed(containers))):
            return True
    outer = value.outer
    return (
        isinstance(value.raw, PartialObject)
        and value.key == "spec"
        and outer is not None
        and "template" in str(outer.key).lower()
    )


def _is_container(item: Any) -> bool:
    return item is UNKNOWN or (isinstance(item, Mapping) and not _OF_CONTAINER.isdisjoint(item))


def _listed(raw: Any) -> list[Any]:
    """The items of a list, or the values of a map by names, in which some kinds have their containers."""
    return list(raw.values()) if isinstance(raw, Mapping) else _list(raw)


def _seeds(pod: Value) -> Seeds:
    """The places of `pod` and its metadata for the rules on pod templates."""
    outer = pod.outer if pod.key == "spec" else None
    nothing = Value(pod.resource, None, pod, "metadata")
    raw = outer.raw if outer is not None else None
    # The metadata beside a `spec` is the pod's.
    metadata = outer["metadata"] if outer is not None and isinstance(raw, Mapping) else nothing
    return {"template": (nothing,), _SPEC: (_completed(pod),), "template.metadata": (metadata,)}


def _completed(pod: Value) -> Value:
    """`pod`; as a partly known one if its containers have no images, as in overlays of operators."""
    raw = pod.raw
    if not isinstance(raw, dict) or isinstance(raw, PartialObject):
        return pod
    in_template = pod.outer is not None and "template" in str(pod.outer.key).lower()
    containers = [item for key in CONTAINER_LISTS for item in _listed(raw.get(key)) if isinstance(item, Mapping)]
    if any(isinstance(raw.get(key), Mapping) for key in CONTAINER_LISTS):
        return Value(pod.resource, _partial(raw), pod.outer, pod.key)
    if in_template or pod.key == "" or any("image" in item for item in containers):
        return pod
    return Value(pod.resource, _partial(raw), pod.outer, pod.key)


def _partial(raw: Any) -> Any:
    if isinstance(raw, Mapping):
        return PartialObject({key: _partial(item) for key, item in raw.items() if item is not None})
    return PartialList(map(_partial, raw)) if isinstance(raw, list) else raw


def _argo(value: Value, above: Sequence[Value]) -> Iterator[Seeds]:
    """The pod of an Argo workflow template: `container` or `script`, with its own and the workflow's settings."""
    main = [value[key] for key in ("container", "script") if isinstance(value.raw.get(key), Mapping)]
    if main:
        beside = [each for key in ("initContainers", "sidecars") for each in _items(value, key)]
        layers = (*_layers(above), value)
        yield _assembled(value, layers, [*main, *beside])
        for layer in layers:
            if layer.raw.get(_PATCHED) is not None:
                # The controller applies the patch to the pod, so any setting may differ.
                yield _seeds(Value(layer.resource, UNKNOWN, layer, _PATCHED))


def _tekton(value: Value, above: Sequence[Value]) -> Iterator[Seeds]:
    """The pod of a Tekton task: its steps, with the step template's defaults, and its sidecars."""
    steps = _items(value, "steps")
    if steps:
        default = value.raw.get("stepTemplate")
        default = default if isinstance(default, Mapping) else {}
        steps_with_defaults = [
            Value(each.resource, _with_defaults(default, each.raw), each.outer, each.key) for each in steps
        ]
        yield _assembled(value, (*_layers(above), value), [*steps_with_defaults, *_items(value, "sidecars")])


def _with_defaults(default: Mapping[str, Any], step: Any) -> Any:
    return {**default, **step} if isinstance(step, Mapping) else step


def _layers(above: Sequence[Value]) -> Iterator[Value]:
    """The objects with pod settings above a template: each of `above` and its pod settings."""
    for each in above:
        yield each
        for key in _LAYERS:
            inner = each.raw.get(key)
            if isinstance(inner, Mapping):
                value = Value(each.resource, inner, each, key)
                yield value
                yield from _layers((value,)) if key != "podTemplate" else ()


def _assembled(place: Value, layers: Sequence[Value], containers: Sequence[Value]) -> Seeds:
    """A pod that a controller creates from `containers` and the pod settings in `layers`; the last takes precedence."""
    raw: dict[str, Any] = {}
    for layer in layers:
        volumes = _combined(raw.get("volumes"), layer.raw.get("volumes"))
        raw |= {key: item for key, item in layer.raw.items() if key in _OF_POD and item is not None}
        if volumes is not None:
            raw["volumes"] = volumes
    pod = Value(place.resource, raw, place.outer, place.key)
    container_list = Value(place.resource, [each.raw for each in containers], pod, "containers")
    pod_containers = tuple(_at_own_path(each, container_list, index) for index, each in enumerate(containers))
    nothing = Value(place.resource, None, place, "metadata")
    metadata = place["metadata"] if isinstance(place.raw.get("metadata"), Mapping) else nothing
    return {
        "template": (nothing,),
        _SPEC: (pod,),
        "template.metadata": (metadata,),
        f"{_SPEC}.containers[*]": pod_containers,
        f"{_SPEC}.initContainers[*]": (),
        f"{_SPEC}.ephemeralContainers[*]": (),
    }


def _combined(volumes: Any, more: Any) -> Any:
    if UNKNOWN in (volumes, more):
        return UNKNOWN
    return [*_list(volumes), *_list(more)] or None


def _at_own_path(container: Value, listed: Value, index: int) -> Value:
    """`container` as an item of its pod's list, with its original path."""
    value = Value(container.resource, container.raw, listed, index)
    value._path = container.path
    return value


def _items(value: Value, key: str) -> list[Value]:
    """The items of the list at `key`; an unknown list is one unknown item."""
    raw = value.raw.get(key)
    listed = Value(value.resource, raw, value, key)
    if raw is UNKNOWN:
        return [listed]
    return [Value(value.resource, item, listed, index) for index, item in enumerate(_list(raw))]


def _list(raw: Any) -> list[Any]:
    return list(raw) if isinstance(raw, (list, tuple)) else []
