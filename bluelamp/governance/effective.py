"""The effective policy: each assignment in force at a management group, its origin and its problems."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from bluelamp.core.resource import UNKNOWN, Resource
from bluelamp.governance.flags import flags, plans_off
from bluelamp.governance.groups import Group, chain, find, groups_of
from bluelamp.modules.azure.management_groups import PREFIX
from bluelamp.modules.azure.policy import assignments

ASSIGNMENT: Final = "azure-native:authorization:PolicyAssignment"
EXEMPTION: Final = "azure-native:authorization:PolicyExemption"
ROLE: Final = "azure-native:authorization:RoleAssignment"


@dataclass(frozen=True)
class Exemption:
    """An exemption from an assignment; `expired` if its last day is past, so that it no longer applies."""

    id: str
    scope: str
    category: str
    reason: str
    expires_on: str
    requester: str
    approver: str
    expired: bool


@dataclass(frozen=True)
class Row:
    """One assignment in force.

    `assigned_at` is the group it is assigned at, `inherited` is whether that is above the scope. `effect` applies only
    if `enforced`. `flags` are points to review.
    """

    name: str
    display_name: str
    definition: str
    assigned_at: str
    inherited: bool
    effect: str
    enforced: bool
    parameters: Mapping[str, Any]
    exemptions: tuple[Exemption, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Missing:
    """A missing assignment of the baseline at the group `scope`, and the reason if it is known."""

    scope: str
    reason: str


@dataclass(frozen=True)
class Effective:
    """The effective policy at the group `scope`, whose name is `group`. `inherited_from` are its ancestors, the root
    first. `missing` are missing assignments of the baseline, by name; `defender_off` are disabled Defender plans.
    """

    scope: str
    group: str
    inherited_from: tuple[str, ...]
    rows: tuple[Row, ...]
    missing: Mapping[str, Missing] = field(default_factory=dict)
    defender_off: tuple[str, ...] = ()


def effective(resources: Sequence[Resource], scope: str, today: date) -> Effective:
    """The effective policy at `scope`, a management group by its purpose (`corp`), name or id.

    `resources` are those of a plan or a state; `today` determines which exemptions have expired. Raises `UsageError` if
    there is no such group.
    """
    groups = groups_of(resources)
    target = find(scope, groups)
    lineage = chain(target, groups)
    exemptions = [each for each in resources if each.type == EXEMPTION]
    remediating = {urn for each in resources if each.type == ROLE for urn in each.references.get("principalId", ())}
    rows = [
        _row(
            each,
            group,
            target,
            [_exemption(one, today) for one in exemptions if _is_of(one, each, groups, lineage)],
            remediating,
        )
        for group in lineage
        for each in resources
        if each.type == ASSIGNMENT and each.properties.get("scope") == PREFIX + group.name
    ]
    return Effective(
        scope=target.label,
        group=target.name,
        inherited_from=tuple(group.label for group in lineage[:-1]),
        rows=tuple(sorted(rows, key=lambda row: ([group.label for group in lineage].index(row.assigned_at), row.name))),
        missing=_missing(lineage, {row.name for row in rows}),
        defender_off=plans_off(resources),
    )


def everywhere(resources: Sequence[Resource], today: date) -> list[Effective]:
    """The effective policy at every group, parents first."""
    return [effective(resources, name, today) for name in groups_of(resources)]


def _row(
    assignment: Resource, group: Group, target: Group, exemptions: Iterable[Exemption], remediating: set[str]
) -> Row:
    properties = assignment.properties
    parameters = _parameters(assignment)
    metadata = properties.get("metadata")
    known_metadata = metadata if isinstance(metadata, Mapping) else {}
    effect = parameters.get("effect") or known_metadata.get("effect") or "as its definition says"
    enforced = properties.get("enforcementMode", "Default") == "Default"
    found = tuple(exemptions)
    has_identity = bool(properties.get("identity"))
    return Row(
        name=str(properties.get("policyAssignmentName", assignment.name)),
        display_name=str(properties.get("displayName", "")),
        definition=_word(properties.get("policyDefinitionId")),
        assigned_at=group.label,
        inherited=group is not target,
        effect=str(effect),
        enforced=enforced,
        parameters=parameters,
        exemptions=found,
        flags=flags(
            parameters,
            enforced=enforced,
            effect=str(effect),
            verified=known_metadata.get("verified") is not False,
            cannot_remediate=has_identity and assignment.urn not in remediating,
            expired=[one.id for one in found if one.expired],
        ),
    )


def _parameters(assignment: Resource) -> dict[str, Any]:
    values = assignment.properties.get("parameters")
    if not isinstance(values, Mapping):
        return {}
    found = {key: each.get("value") if isinstance(each, Mapping) else each for key, each in values.items()}
    secret = {path.split(".")[1] for path in assignment.secrets if path.startswith("parameters.")}
    return {
        key: "[secret]" if key in secret or "parameters" in assignment.secrets else _word(value)
        for key, value in sorted(found.items())
    }


def _exemption(exemption: Resource, today: date) -> Exemption:
    properties = exemption.properties
    metadata = properties.get("metadata")
    known_metadata = metadata if isinstance(metadata, Mapping) else {}
    last = str(_word(properties.get("expiresOn") or ""))
    return Exemption(
        id=str(properties.get("policyExemptionName", exemption.name)),
        scope=str(properties.get("scope", "")).removeprefix(PREFIX),
        category=str(properties.get("exemptionCategory", "")),
        reason=str(properties.get("description", "")),
        expires_on=last[:10] if _day(last) else last,
        requester=str(known_metadata.get("requester", "")),
        approver=str(known_metadata.get("approver", "")),
        expired=properties.get("expiresOn") is not UNKNOWN and bool(last) and (_day(last) or date.min) < today,
    )


def _day(moment: str) -> date | None:
    """The date of an ARM timestamp; None if it is invalid, which counts as past."""
    try:
        return datetime.fromisoformat(moment).date()
    except ValueError:
        return None


def _is_of(exemption: Resource, assignment: Resource, groups: Mapping[str, Group], lineage: Sequence[Group]) -> bool:
    """Whether an exemption is from this assignment and applies at `lineage`'s last group or in its subscriptions."""
    wanted = (
        f"{assignment.properties.get('scope')}/providers/Microsoft.Authorization/policyAssignments/"
        f"{assignment.properties.get('policyAssignmentName')}"
    )
    if str(exemption.properties.get("policyAssignmentId")) != wanted:
        return False
    name = str(exemption.properties.get("scope", "")).removeprefix(PREFIX)
    return name not in groups or groups[name] in lineage


def _missing(lineage: Sequence[Group], assigned: set[str]) -> dict[str, Missing]:
    return {
        row.name: Missing(group.key, f"needs {' and '.join(row.needs)}" if row.needs else "")
        for group in lineage
        for row in assignments().values()
        if row.name not in assigned and group.key in row.scopes
    }


def _word(value: Any) -> Any:
    """A value for display, with a text for values that are unknown before deployment."""
    if value is UNKNOWN:
        return "known once deployed"
    return [_word(each) for each in value] if isinstance(value, (list, tuple)) else value
