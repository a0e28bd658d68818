"""Pods and whole objects inside resources of kinds that no rule knows: recognised by what they look like.

A pod's specification is an object with containers, an embedded object has an API version, a kind and metadata; both may
be YAML or JSON in a text. Argo's and Tekton's steps are containers of pods that their controllers make.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any, Final

from bluelamp.core.resource import UNKNOWN, Resource
from bluelamp.policies.kubernetes._workloads import PODS
from bluelamp.policies.value import PartialList, PartialObject, Value, root

TEMPLATE: Final = "kubernetes:core/v1:PodTemplate"
"""The kind by whose rules a recognised pod is judged: its pod is below `template`."""

Seeds = Mapping[str, tuple[Value, ...]]

_LISTS: Final = ("containers", "initContainers", "ephemeralContainers")
_SPEC: Final = "template.spec"
_HOLDERS: Final = frozenset({*_LISTS, "podSpec", "podTemplate", "podTemplateSpec", "jobTemplate", "spec"})
"""The properties that hold a pod, or part of one, wherever they are: with an unknown value, a pod is unknown."""
_MAY_HOLD: Final = re.compile(r"(?<!claim)(template|spec)s?$|(job|pod|container|sidecar)s$", re.IGNORECASE)
"""The names of properties that hold pods in many kinds: with an unknown value, a pod may stand beside a known one."""
_MACHINES: Final = "cluster.x-k8s.io"
"""Cluster API: its texts are files of machines, static pods of the control plane among them, and no objects."""
_OF_CONTAINER: Final = frozenset({"image", "name", "securityContext"})
_CONTAINERS: Final = re.compile(r"(?<![\w.])([cC]|initC|ephemeralC)ontainers[\"']?[ \t]*:")
"""How a text of YAML or JSON names containers."""
_LARGEST_TEXT: Final = 300_000
"""How many characters are read of one text; a longer one that names containers is unknown."""
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
"""Groups whose objects hold patterns that pods are compared with, not pods."""
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
"""The properties of a pod that Argo and Tekton take from a workflow, a run or a template."""
_LAYERS: Final = ("podTemplate", "taskRunTemplate")
_PATCHED: Final = "podSpecPatch"


@dataclass(slots=True)
class Inside:
    """What was recognised in a resource: the places of each pod, and whole objects with their types."""

    pods: list[Seeds] = field(default_factory=list)
    objects: list[tuple[str, Value]] = field(default_factory=list)


@lru_cache(maxsize=4096)
def searched(type_: str) -> bool:
    """Whether objects of this Kubernetes type may hold pods at a place that no rule knows."""
    group = type_.split(":")[1].partition("/")[0]
    if group == "v1":
        group = "core"
    if f".{group}".endswith(_PATTERNS) or any(fnmatchcase(type_, wanted) for wanted in PODS):
        return False
    return group not in _BUILT_IN or type_.endswith("List")


def inside(resource: Resource) -> Inside:
    """The pods and objects in `resource`, whose type is one that is `searched`."""
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
    """`value`, of a text (where `texts` count) what is written in it, of a patch with what it leaves out as unknown.

    To `found` is added the unknown pod of a text that cannot be read.
    """
    raw = value.raw
    if isinstance(raw, str):
        if not texts:
            return value
        raw = _written(value)
        if raw is UNKNOWN:
            found.pods.append(_seeds(Value(value.resource, raw, value.outer, value.key)))
            raw = None
    elif _is_patch(value):
        raw = _partial(raw)
    return value if raw is value.raw else Value(value.resource, raw, value.outer, value.key)


def _is_patch(value: Value) -> bool:
    """Whether `value` is what a patch sets, as in a kustomization."""
    named = isinstance(value.key, str) and "patch" in value.key.lower()
    return named and isinstance(value.raw, (dict, list)) and not isinstance(value.raw, (PartialObject, PartialList))


def _may_have_pods(item: Any) -> bool:
    if isinstance(item, str):
        return "ontainers" in item
    return item is UNKNOWN or isinstance(item, (Mapping, list, tuple))


def _written(value: Value) -> Any:
    """The objects and lists in a text of YAML or JSON; None for any other text, and for what clients noted down.

    `UNKNOWN` where a text names containers and cannot be read: it may hold any pod.
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
    written = found[0] if len(found) == 1 else found or None
    above = value.outer
    patch = above is not None and any("patch" in str(each.key).lower() for each in (above, value))
    return _partial(written) if patch else written


def _unknown(doubts: Sequence[Value], found: Inside) -> Iterator[Value]:
    """Those of the unknown values `doubts` that may hold a pod: by their names, or as others in the resource do."""
    places: set[tuple[str, ...]] = set()
    holding: set[int] = set()
    pods = [each for seeds in found.pods for each in seeds[_SPEC]]
    for value in [*pods, *(each for _, each in found.objects)]:
        at: Value | None = value
        while at is not None:
            places.add(_steps(at))
            holding.add(id(at.raw))
            at = at.outer
    for doubt in doubts:
        beside = bool(holding) and (
            _MAY_HOLD.search(str(doubt.key)) or _steps(doubt) in places or _is_one_of(doubt, holding)
        )
        if doubt.key in _HOLDERS or beside:
            yield doubt


def _steps(value: Value) -> tuple[str, ...]:
    """The properties from the resource to `value`; the items of a list are all alike."""
    steps: list[str] = []
    while value.outer is not None:
        steps.append("*" if isinstance(value.key, int) else str(value.key))
        value = value.outer
    return tuple(reversed(steps))


def _is_one_of(doubt: Value, holding: Collection[int]) -> bool:
    """Whether `doubt` is one of several in a map by names, of which all that are known hold pods."""
    raw = doubt.outer.raw if doubt.outer is not None else None
    if not isinstance(raw, Mapping):
        return False
    known = {key: item for key, item in raw.items() if item is not UNKNOWN}
    named = not any(key in _HOLDERS or _MAY_HOLD.search(str(key)) for key in known)
    return bool(known) and named and all(id(item) in holding for item in known.values())


def _type(value: Value, carrier: Resource) -> str:
    """The type of the object at `value`; empty where there is none. The items of a list may leave out what they are."""
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
    """Whether `value` is a pod's specification: it has containers, or is the part of one that a patch sets."""
    for key in _LISTS:
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
    """The items of a list; of a map by names, as some kinds have their containers, its values."""
    return list(raw.values()) if isinstance(raw, Mapping) else _list(raw)


def _seeds(pod: Value) -> Seeds:
    """Where the rules for a template of pods find `pod` and its metadata."""
    outer = pod.outer if pod.key == "spec" else None
    nothing = Value(pod.resource, None, pod, "metadata")
    raw = outer.raw if outer is not None else None
    # The metadata of the resource itself is that of its pod only where the resource is the pod.
    metadata = outer["metadata"] if outer is not None and isinstance(raw, Mapping) else nothing
    return {"template": (nothing,), _SPEC: (_whole(pod),), "template.metadata": (metadata,)}


def _whole(pod: Value) -> Value:
    """`pod`; where its containers have names only, as what an operator lays over its own: the rest is not known."""
    raw = pod.raw
    if not isinstance(raw, dict) or isinstance(raw, PartialObject):
        return pod
    named = pod.outer is not None and "template" in str(pod.outer.key).lower()
    containers = [item for key in _LISTS for item in _listed(raw.get(key)) if isinstance(item, Mapping)]
    if any(isinstance(raw.get(key), Mapping) for key in _LISTS):
        return Value(pod.resource, _partial(raw), pod.outer, pod.key)
    if named or pod.key == "" or any("image" in item for item in containers):
        return pod
    return Value(pod.resource, _partial(raw), pod.outer, pod.key)


def _partial(raw: Any) -> Any:
    if isinstance(raw, Mapping):
        return PartialObject({key: _partial(item) for key, item in raw.items() if item is not None})
    return PartialList(map(_partial, raw)) if isinstance(raw, list) else raw


def _argo(value: Value, above: Sequence[Value]) -> Iterator[Seeds]:
    """The pod of a template of an Argo workflow: `container` or `script`, with its own and the workflow's settings."""
    main = [value[key] for key in ("container", "script") if isinstance(value.raw.get(key), Mapping)]
    if main:
        beside = [each for key in ("initContainers", "sidecars") for each in _items(value, key)]
        layers = (*_layers(above), value)
        yield _made(value, layers, [*main, *beside])
        for layer in layers:
            if layer.raw.get(_PATCHED) is not None:
                # A patch in text, which the controller lays over the pod: any setting may be another one.
                yield _seeds(Value(layer.resource, UNKNOWN, layer, _PATCHED))


def _tekton(value: Value, above: Sequence[Value]) -> Iterator[Seeds]:
    """The pod of a Tekton task: its steps, each over the step template, and its sidecars."""
    steps = _items(value, "steps")
    if steps:
        default = value.raw.get("stepTemplate")
        default = default if isinstance(default, Mapping) else {}
        over = [Value(each.resource, _over(default, each.raw), each.outer, each.key) for each in steps]
        yield _made(value, (*_layers(above), value), [*over, *_items(value, "sidecars")])


def _over(default: Mapping[str, Any], step: Any) -> Any:
    return {**default, **step} if isinstance(step, Mapping) else step


def _layers(above: Sequence[Value]) -> Iterator[Value]:
    """Where settings of pods are, above a template: each of `above` and what it has for its pods."""
    for each in above:
        yield each
        for key in _LAYERS:
            inner = each.raw.get(key)
            if isinstance(inner, Mapping):
                value = Value(each.resource, inner, each, key)
                yield value
                yield from _layers((value,)) if key != "podTemplate" else ()


def _made(at: Value, layers: Sequence[Value], containers: Sequence[Value]) -> Seeds:
    """A pod that a controller makes of `containers` and of what `layers` say of pods, the later ones first."""
    raw: dict[str, Any] = {}
    for layer in layers:
        volumes = _joined(raw.get("volumes"), layer.raw.get("volumes"))
        raw |= {key: item for key, item in layer.raw.items() if key in _OF_POD and item is not None}
        if volumes is not None:
            raw["volumes"] = volumes
    pod = Value(at.resource, raw, at.outer, at.key)
    listed = Value(at.resource, [each.raw for each in containers], pod, "containers")
    placed = tuple(_placed(each, listed, index) for index, each in enumerate(containers))
    nothing = Value(at.resource, None, at, "metadata")
    metadata = at["metadata"] if isinstance(at.raw.get("metadata"), Mapping) else nothing
    return {
        "template": (nothing,),
        _SPEC: (pod,),
        "template.metadata": (metadata,),
        f"{_SPEC}.containers[*]": placed,
        f"{_SPEC}.initContainers[*]": (),
        f"{_SPEC}.ephemeralContainers[*]": (),
    }


def _joined(volumes: Any, more: Any) -> Any:
    if UNKNOWN in (volumes, more):
        return UNKNOWN
    return [*_list(volumes), *_list(more)] or None


def _placed(container: Value, listed: Value, index: int) -> Value:
    """`container` as an item of its pod's list, under the path at which it is written."""
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
