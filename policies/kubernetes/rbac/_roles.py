"""Aggregated ClusterRoles: the permissions of every role that an `aggregationRule` selects.

Kubernetes' controller copies the rules of all selected roles into the aggregating one. Default roles of every cluster
can be selected too: `default_roles.json` has those with distinguishing labels, from an API server of Kubernetes 1.36;
every other default role has the labels of cluster-admin.
"""

import json
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from bluelamp.core.resource import UNKNOWN, Resource
from bluelamp.policies.estate import Estate
from bluelamp.policies.kubernetes._selectors import selects
from bluelamp.policies.value import UnknownValue, Value, root, stepped

CLUSTER_ROLES: Final = tuple(
    f"kubernetes:rbac.authorization.k8s.io/{version}:ClusterRole" for version in ("v1", "v1beta1", "v1alpha1")
)
RULES: Final = "rules[*]"
"""The path of a role's permissions."""
_AGGREGATION: Final = "aggregationRule"


def aggregates(role: Resource) -> bool:
    """Whether the role aggregates the permissions of others."""
    return role.type in CLUSTER_ROLES and role.properties.get(_AGGREGATION) is not None


def cluster_roles(estate: Estate) -> list[Value]:
    """The ClusterRoles of the estate, and the default roles that it does not define."""
    listed = estate.of(*CLUSTER_ROLES)
    names = {_name(each) for each in listed}
    return [*listed, *(each for each in _defaults() if _name(each) not in names)]


def permissions(role: Value, roles: Sequence[Value], *, complete: bool = True) -> tuple[Value, ...]:
    """The permissions of `role` and of all `roles` that it aggregates, each placed at the selector that selects it.

    Uncertain permissions are unknown values. If `roles` are not `complete`, there is one more unknown value.
    """
    found: list[Value] = []
    seen = [role]
    waiting: list[tuple[Value, Callable[[Value], Value]]] = [(role, lambda value: value)]
    while waiting:
        each, placed = waiting.pop(0)
        found += [placed(value) for value in _own(each)]
        for selector in _selectors(each):
            if selector.raw is UNKNOWN:
                found.append(placed(selector))
                continue
            for other in roles:
                if any(other.raw is known.raw for known in seen):
                    continue
                selected = _selected(selector, other)
                if selected is None:
                    found.append(_unknown(role, placed(selector), other))
                elif selected:
                    seen.append(other)
                    waiting.append((other, _placer(role, placed(selector), other)))
    if not complete:
        found.append(_at(role, UNKNOWN, f"{role.path}.{_AGGREGATION}".lstrip(".")))
    return tuple(found)


def _own(role: Value) -> list[Value]:
    try:
        return list(stepped(role, RULES))
    except TypeError:
        return [_at(role, UNKNOWN, role["rules"].path)]


def _selectors(role: Value) -> list[Value]:
    """The selectors of a role; an unknown one if they are unreadable."""
    rule = role[_AGGREGATION]
    if rule.raw is None:
        return []
    try:
        return list(stepped(rule, "clusterRoleSelectors[*]"))
    except TypeError:
        return [_at(role, UNKNOWN, rule.path)]


def _selected(selector: Value, role: Value) -> bool | None:
    """Whether `selector` matches the labels of `role`; None if unknown."""
    try:
        return selects(selector, role.at("metadata.labels"))
    except (UnknownValue, TypeError):
        return None


def _placer(role: Value, selector: Value, other: Value) -> Callable[[Value], Value]:
    """A function that turns a place of `other` into a place of `role`, below the selector that selects `other`."""
    at = f'{selector.path}["{_name(other)}"]'
    return lambda value: _at(role, value.raw, f"{at}.{value.path}")


def _unknown(role: Value, selector: Value, other: Value) -> Value:
    return _at(role, UNKNOWN, f'{selector.path}["{_name(other)}"]')


def _at(role: Value, raw: Any, path: str) -> Value:
    value = Value(role.resource, raw, role, _AGGREGATION)
    value._path = path
    return value


def _name(role: Value) -> str:
    metadata = role.raw.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return name if isinstance(name, str) else role.resource.name


@cache
def _defaults() -> tuple[Value, ...]:
    text = Path(__file__).with_name("default_roles.json").read_text(encoding="utf-8")
    return tuple(root(_default(each["metadata"]["name"], each)) for each in json.loads(text))


def _default(name: str, properties: dict[str, Any]) -> Resource:
    return Resource(f"urn:pulumi:kubernetes::default::{CLUSTER_ROLES[0]}::{name}", CLUSTER_ROLES[0], name, properties)
