"""The parent of a resource, by name or by the recorded dependencies of its properties."""

from collections.abc import Iterable

from bluelamp.core.resource import UNKNOWN
from bluelamp.policies.estate import canonical, kind_of
from bluelamp.policies.value import UnknownValue, Value, some


def child_of(named: Value, parent: Value, own_name: str) -> bool:
    """Whether `named`, a child's property with its parent's name, names `parent`.

    `own_name` is the parent's own name property. Raises `UnknownValue` if that is unknown.
    """
    if parent.resource.urn in named.references:
        return True
    own = parent[own_name]
    if isinstance(named.raw, str) and isinstance(own.raw, str):
        return named.text() == own.text()
    if named.raw is None or any(kind_of(urn) == canonical(parent.resource.type) for urn in named.references):
        return False  # it has no parent, or another of the same type
    raise UnknownValue(named if named.raw is UNKNOWN else own)


def child(parent: Value, own_name: str, children: Iterable[Value], key: str) -> Value | None:
    """The first of `children` whose property `key` names `parent`. Raises `UnknownValue` if there may be one."""
    return some(children, lambda each: child_of(each[key], parent, own_name))


def same_name(one: Value, other: Value) -> bool:
    """Whether two properties have the same name as value. Raises `UnknownValue` if that is unknown."""
    for value in (one, other):
        if value.raw is UNKNOWN and not (one.references and one.references == other.references):
            raise UnknownValue(value)
    return one.raw is UNKNOWN or one.text() == other.text()


def id_of(reference: Value, target: Value, arm_type: str, own_name: str) -> bool:
    """Whether `reference`, a property with an ARM id, is the id of `target`, of `arm_type` and named by `own_name`.

    Raises `UnknownValue` if that is unknown.
    """
    if reference.raw is UNKNOWN:
        kind = canonical(target.resource.type)
        same_kind = {urn for urn in reference.references if kind_of(urn) == kind}
        if same_kind == {target.resource.urn}:
            return True
        if same_kind and target.resource.urn not in same_kind:
            return False
        raise UnknownValue(reference)
    head, _, name = reference.text().rstrip("/").rpartition("/")
    if not head.endswith(f"/{arm_type}"):
        return False
    return name == str(target[own_name].known).lower()
