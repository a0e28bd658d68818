"""Checks of management groups, role assignments, policies and diagnostic settings against existing resources."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bluelamp.rehearsal.azure import ids
from bluelamp.rehearsal.azure.ranges import Violation
from bluelamp.rehearsal.sdk.messages import join_path, nearest
from bluelamp.rehearsal.store import Record, Store
from bluelamp.rehearsal.values import plain, without_secrets

_GROUP = "azure-native:management:ManagementGroup"
_ROLE = "azure-native:authorization:RoleAssignment"
_DIAGNOSTIC = "azure-native:monitor:DiagnosticSetting"
_MANAGEMENT_GROUP = re.compile(r"/providers/Microsoft\.Management/managementGroups/([^/]+)", re.IGNORECASE)
_DEFINITION = re.compile(
    _MANAGEMENT_GROUP.pattern + r"/providers/Microsoft\.Authorization/policy(Set)?Definitions/([^/]+)", re.IGNORECASE
)
_DEEPEST = 6
"""The maximum depth below the tenant root group. Source: Microsoft, "What are Azure management groups?"."""
_MOST_SETTINGS = 5
"""The maximum per resource. Source: Microsoft, "Diagnostic settings in Azure Monitor"."""


def check_stored(
    store: Store, token: str, resource_id: str, inputs: Mapping[str, Any], tenant: str, *, preview: bool = False
) -> Iterator[Violation]:
    """The conflicts of `inputs` of the resource `resource_id`, in the tenant `tenant`.

    In a `preview`, missing resources count as present, as they may be created first.
    """
    values = without_secrets(inputs)
    if token == _GROUP and not preview:
        yield from _check_parent(store, resource_id, values, tenant)
    elif token == _ROLE:
        yield from _check_role(store, resource_id, values)
    elif token == _DIAGNOSTIC:
        yield from _check_count(store, resource_id, values)
    if token.startswith("azure-native:authorization:Policy") and not preview:
        yield from _check_definitions(store, values)


def _check_parent(store: Store, resource_id: str, values: Mapping[str, Any], tenant: str) -> Iterator[Violation]:
    path, wanted = "details.parent.id", _parent(values)
    if wanted is None:
        return
    found = _MANAGEMENT_GROUP.fullmatch(wanted)
    if found is None:
        example = "/providers/Microsoft.Management/managementGroups/NAME"
        message = f"'{wanted}' is not the id of a management group. Write {example}"
        yield Violation(path, "InvalidParentId", message)
        return
    if wanted.lower() == resource_id.lower():
        yield Violation(
            path, "BadRequest", f"the management group '{found[1]}' cannot be its own parent. Name another one"
        )
        return
    if found[1].lower() == tenant.lower():
        return
    if store.get(wanted) is None:
        near = nearest(found[1], [ids.name_of_id(one.id) for one in store.all("azure-native", _GROUP)])
        hint = f"; did you mean '{near}'?" if near else ""
        message = (
            f"the parent management group '{found[1]}' could not be found{hint}. Create it first, correct its id, or "
            "read it with ManagementGroup.get if it already exists"
        )
        yield Violation(path, "ManagementGroupNotFound", message)
        return
    levels = 1
    above: str | None = wanted
    while above is not None and levels <= _DEEPEST:
        record = store.get(above)
        levels, above = levels + (record is not None), _parent(plain(record.inputs)) if record else None
        if above is not None and above.lower() == resource_id.lower():
            message = (
                f"'{found[1]}' is below '{ids.name_of_id(resource_id)}', so it cannot be its parent. Name another one"
            )
            yield Violation(path, "BadRequest", message)
            return
    if levels > _DEEPEST:
        message = (
            f"the management group would be {levels} levels deep; at most {_DEEPEST} allowed. Name a parent higher up"
        )
        yield Violation(path, "BadRequest", message)


def _parent(values: Any) -> str | None:
    for step in ("details", "parent", "id"):
        values = values.get(step) if isinstance(values, Mapping) else None
    return values if isinstance(values, str) else None


def _check_role(store: Store, resource_id: str, values: Mapping[str, Any]) -> Iterator[Violation]:
    mine = _grant(values)
    for other in _siblings(store, _ROLE, resource_id) if mine else ():
        if _grant(without_secrets(other.inputs)) == mine:
            message = (
                f"the role assignment already exists: {other.id} gives the same principal the same role. Remove one"
            )
            yield Violation("principalId", "RoleAssignmentExists", message)


def _grant(values: Mapping[str, Any]) -> tuple[str, str, str, str] | None:
    """The scope, the role's name, the principal and the condition; None if one of them is unknown."""
    scope, role, principal = (values.get(key) for key in ("scope", "roleDefinitionId", "principalId"))
    if not (isinstance(scope, str) and isinstance(role, str) and isinstance(principal, str)):
        return None
    condition = values.get("condition") or ""
    if not isinstance(condition, str):
        return None
    return scope.strip("/").lower(), ids.name_of_id(role).lower(), principal.lower(), condition


def _check_count(store: Store, resource_id: str, values: Mapping[str, Any]) -> Iterator[Violation]:
    target = values.get("resourceUri")
    if not isinstance(target, str):
        return
    others = _siblings(store, _DIAGNOSTIC, resource_id)
    if len(others) >= _MOST_SETTINGS:
        found = f"{ids.name_of_id(target)} has {len(others)} diagnostic settings"
        message = f"{found}; at most {_MOST_SETTINGS} allowed. Remove one"
        yield Violation("resourceUri", "BadRequest", message)


def _siblings(store: Store, token: str, resource_id: str) -> list[Record]:
    """The other resources of the type at the same scope."""
    scope = resource_id.rpartition("/providers/")[0]
    return [one for one in store.children(scope) if one.type == token and one.id.lower() != resource_id.lower()]


def _check_definitions(store: Store, values: Mapping[str, Any]) -> Iterator[Violation]:
    given = [("policyDefinitionId", values.get("policyDefinitionId"))]
    items = values.get("policyDefinitions")
    for index, item in enumerate(items if isinstance(items, list) else []):
        if isinstance(item, Mapping):
            given.append(
                (f"{join_path('policyDefinitions', index)}.policyDefinitionId", item.get("policyDefinitionId"))
            )
    for path, wanted in given:
        found = _DEFINITION.fullmatch(wanted) if isinstance(wanted, str) else None
        if found is not None and store.get(str(wanted)) is None:
            kind = "PolicySetDefinition" if found[2] else "PolicyDefinition"
            message = f"'{found[3]}' could not be found at the management group '{found[1]}'. Create it first"
            yield Violation(path, f"{kind}NotFound", message)
