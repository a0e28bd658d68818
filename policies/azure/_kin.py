"""The parent of a resource, recognised by name or by the resources that its properties are made from."""

from collections.abc import Iterable

from bluelamp.core.resource import UNKNOWN
from bluelamp.policies.estate import canonical, kind_of
from bluelamp.policies.value import UnknownValue, Value, some


def child_of(named: Value, parent: Value, own_name: str) -> bool:
    """Whether `named`, the property of a child that holds its parent's name, means `parent`.

    `own_name` is the property in which the parent has its name. Raises `UnknownValue` when that cannot be told yet.
    """
    if parent.resource.urn in named.references:
        return True
    own = parent[own_name]
    if isinstance(named.raw, str) and isinstance(own.raw, str):
        return named.text() == own.text()
    if named.raw is None or any(kind_of(urn) == canonical(parent.resource.type) for urn in named.references):
        return False  # it names nobody, or another resource of the kind
    raise UnknownValue(named if named.raw is UNKNOWN else own)


def child(parent: Value, own_name: str, children: Iterable[Value], key: str) -> Value | None:
    """The first of `children` whose property `key` names `parent`. Raises `UnknownValue` when there may be one."""
    return some(children, lambda each: child_of(each[key], parent, own_name))


def same_name(one: Value, other: Value) -> bool:
    """Whether two properties hold one name. Raises `UnknownValue` when that cannot be told yet."""
    for value in (one, other):
        if value.raw is UNKNOWN and not (one.references and one.references == other.references):
            raise UnknownValue(value)
    return one.raw is UNKNOWN or one.text() == other.text()


def id_of(held: Value, target: Value, arm_type: str, own_name: str) -> bool:
    """Whether `held`, a property that holds an ARM id, is the id of `target`, of `arm_type` and named by `own_name`.

    Raises `UnknownValue` when that cannot be told yet.
    """
    if held.raw is UNKNOWN:
        kind = canonical(target.resource.type)
        like = {urn for urn in held.references if kind_of(urn) == kind}
        if like == {target.resource.urn}:
            return True
        if like and target.resource.urn not in like:
            return False
        raise UnknownValue(held)
    head, _, name = held.text().rstrip("/").rpartition("/")
    if not head.endswith(f"/{arm_type}"):
        return False
    return name == str(target[own_name].known).lower()
