"""Fields that the API server does not allow to change.

Source: Kubernetes v1.36, `Validate…Update` in `pkg/apis/*/validation`. `data/objects.yaml` has the paths of each kind.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bluelamp.rehearsal.kubernetes.formats import is_quantity, quantity
from bluelamp.rehearsal.kubernetes.kinds import Kind
from bluelamp.rehearsal.kubernetes.podspecs import dig
from bluelamp.rehearsal.provider import Failure
from bluelamp.rehearsal.values import UNKNOWN, has_unknown, plain

Object = Mapping[str, Any]

_IMMUTABLE = "field is immutable"
_FROZEN = "field is immutable: the object has immutable: true. Delete and recreate it"
_POD_MUTABLE = ("activeDeadlineSeconds", "ephemeralContainers", "tolerations", "schedulingGates", "resources")
_GATED = ("affinity", "nodeSelector")


def changed(kind: Kind, old: Object, new: Object) -> Iterator[Failure]:
    """The changes from `old` to `new`, live objects of `kind`, that the server rejects. Unknown values are skipped."""
    before, after = plain(old), plain(new)
    special = kind.special
    for path in special.get("immutable", ()):
        if not _same(dig(before, path), dig(after, path)):
            yield Failure(path, _IMMUTABLE)
    for path in special.get("once-set", ()):
        if _normalised(dig(before, path)) is not None and not _same(dig(before, path), dig(after, path)):
            yield Failure(path, f"{_IMMUTABLE} once set")
    check = _CHECKS.get(f"{kind.group or 'core'}/{kind.name}")
    if check is not None:
        yield from check(before, after)


def _normalised(value: Any) -> Any:
    """`value` without empty fields, which Go omits, for comparison."""
    if isinstance(value, Mapping):
        return {key: found for key, item in value.items() if (found := _normalised(item)) is not None} or None
    if isinstance(value, list):
        return [_normalised(item) for item in value] or None
    return None if value == "" else value


def _same(old: Any, new: Any) -> bool:
    if has_unknown(old) or has_unknown(new):
        return True
    return _equal(_normalised(old), _normalised(new))


def _equal(old: Any, new: Any) -> bool:
    """Whether two values are equal for the server, which normalises quantities."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return all(_equal(old.get(key), new.get(key)) for key in {*old, *new})
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(_equal, old, new))
    if old == new and isinstance(old, bool) == isinstance(new, bool):
        return True
    return (
        isinstance(old, (str, int, float)) and is_quantity(old) and is_quantity(new) and quantity(old) == quantity(new)
    )


def _immutable_when_marked(*fields: str) -> Callable[[Object, Object], Iterator[Failure]]:
    def check(old: Object, new: Object) -> Iterator[Failure]:
        if old.get("immutable") is not True:
            return
        if new.get("immutable") is not True and new.get("immutable") is not UNKNOWN:
            yield Failure("immutable", _FROZEN)
        for name in fields:
            if not _same(old.get(name), new.get(name)):
                yield Failure(name, _FROZEN)

    return check


def _claim(old: Object, new: Object) -> Iterator[Failure]:
    """A claim can grow, but not shrink."""
    path = "spec.resources.requests.storage"
    before, after = dig(old, path), dig(new, path)
    if is_quantity(before) and is_quantity(after) and quantity(after) < quantity(before):
        yield Failure(path, f"{after} is less than {before}: a claim cannot shrink")


def _pod(old: Object, new: Object) -> Iterator[Failure]:
    before, after = old.get("spec"), new.get("spec")
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return
    gated = bool(before.get("schedulingGates"))
    for key in sorted({*before, *after}):
        if key in _POD_MUTABLE or (gated and key in _GATED):
            continue
        old_value, new_value = before.get(key), after.get(key)
        if key in ("containers", "initContainers"):
            old_value, new_value = _without_images(old_value), _without_images(new_value)
        if not _same(old_value, new_value):
            yield Failure(
                f"spec.{key}", "field is immutable: only a pod's images, tolerations and deadline can be changed"
            )
    yield from _deadline(before, after)
    for index, toleration in enumerate(before.get("tolerations") or ()):
        if not any(_longer(toleration, each) for each in after.get("tolerations") or ()):
            yield Failure(f"spec.tolerations[{index}]", "cannot be removed or changed; others can be added")
    gates = [gate.get("name") for gate in before.get("schedulingGates") or ()]
    for index, gate in enumerate(after.get("schedulingGates") or ()):
        if gate.get("name") not in gates:
            yield Failure(f"spec.schedulingGates[{index}]", "cannot be added to a pod that exists")


def _deadline(before: Object, after: Object) -> Iterator[Failure]:
    first, then = before.get("activeDeadlineSeconds"), after.get("activeDeadlineSeconds")
    if first is not None and then is not UNKNOWN and (then is None or then > first):
        yield Failure("spec.activeDeadlineSeconds", f"must not be more than {first}, nor left out")


def _longer(old: Any, new: Any) -> bool:
    """Whether a toleration is the same, except for `tolerationSeconds`."""
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        return True
    return all(_same(old.get(key), new.get(key)) for key in {*old, *new} - {"tolerationSeconds"})


def _without_images(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return [
        {
            key: found
            for key, found in item.items()
            if key not in ("image", "imagePullPolicy", "resources", "resizePolicy")
        }
        if isinstance(item, Mapping)
        else item
        for item in value
    ]


def _nodes(old: Object, new: Object) -> Iterator[Failure]:
    """A CSINode: registered drivers cannot change, except `allocatable`."""
    after = {each.get("name"): each for each in dig(new, "spec.drivers") or () if isinstance(each, Mapping)}
    for index, driver in enumerate(dig(old, "spec.drivers") or ()):
        given = after.get(driver.get("name")) if isinstance(driver, Mapping) else None
        if given is not None and not _same(
            {key: value for key, value in driver.items() if key != "allocatable"},
            {key: value for key, value in given.items() if key != "allocatable"},
        ):
            yield Failure(f"spec.drivers[{index}]", _IMMUTABLE)


_CHECKS: dict[str, Callable[[Object, Object], Iterator[Failure]]] = {
    "core/ConfigMap": _immutable_when_marked("data", "binaryData"),
    "core/Secret": _immutable_when_marked("data"),
    "core/PersistentVolumeClaim": _claim,
    "core/Pod": _pod,
    "storage.k8s.io/CSINode": _nodes,
}
