"""Management groups, roles and policy."""

from typing import TYPE_CHECKING

import pulumi

from bluelamp.core.dates import today
from bluelamp.infra.program.azure.context import Context
from bluelamp.infra.program.azure.network import Network
from bluelamp.infra.settings.assignments import PolicyAssignment
from bluelamp.infra.settings.exemptions import PolicyExemption
from bluelamp.modules.azure.management_groups import ManagementGroups, ManagementGroupsArgs, Placement

if TYPE_CHECKING:
    from bluelamp.modules.azure.log_analytics import LogAnalytics
    from bluelamp.modules.azure.policy import AssignmentChange, Exemption


def hierarchy(context: Context) -> ManagementGroups:
    """Creates the force's management groups, and from `hybrid` on the custom roles."""
    groups = ManagementGroups("management-groups", _arguments(context, canary=False), context.opts)
    if context.has("roles"):
        from bluelamp.modules.azure.roles import Roles

        root = groups.names.apply(lambda names: names["root"])
        Roles("roles", {"label": context.label, "management_group": root}, context.opts)
    return groups


def policies(context: Context, groups: ManagementGroups, logs: "LogAnalytics", network: Network) -> None:
    """Creates the policy assignments, and the canary hierarchy for testing them."""
    if context.has("policies"):
        from bluelamp.modules.azure.policy import PolicyBaseline, PolicyBaselineArgs
        from bluelamp.modules.azure.policy.catalogue import dns_zones

        args = PolicyBaselineArgs(
            label=context.label,
            location=context.location,
            groups=dict(groups.groups),
            workspace_id=logs.workspace_id,
        )
        if network.topology.ddos_plan_id is not None:
            args["ddos_plan_id"] = network.topology.ddos_plan_id
        zones = network.names.zone_ids
        if zones:
            args["private_dns_zone_ids"] = {zone: zones[zone] for zone in dns_zones() if zone in zones}
            # The vault's zone is in the vault's group, as it is created before the other zones.
            args["private_dns_zone_scopes"] = {
                "dns": context.group("dns").id,
                "vault-zone": network.names.vault_zone_id,
            }
        if changes := [_changed(each) for each in context.azure.policy_assignments if _counts(each)]:
            args["changes"] = changes
        if context.azure.policy_exemptions:
            args["exemptions"] = [_exemption(each) for each in context.azure.policy_exemptions]
        PolicyBaseline("policy", args, context.opts)
    if context.has("canary"):
        from bluelamp.modules.azure.policy import PolicyBaseline

        canary = ManagementGroups("canary", _arguments(context, canary=True), context.opts)
        PolicyBaseline(
            "canary-policy",
            {
                "label": context.label,
                "location": context.location,
                "groups": dict(canary.groups),
                "workspace_id": logs.workspace_id,
                "audit_only": True,
            },
            context.opts,
        )


_MODES = {"audit": "DoNotEnforce", "off": "Off"}


def _counts(written: PolicyAssignment) -> bool:
    """Whether a change is still in force; warns about one that has expired."""
    if written.expires_on is None or written.expires_on >= today():
        return True
    pulumi.log.warn(
        f"azure.policyAssignments: {written.assignment}: the change expired on {written.expires_on.isoformat()} and "
        "counts no more; remove it, or have it accepted anew"
    )
    return False


def _changed(written: PolicyAssignment) -> "AssignmentChange":
    from bluelamp.modules.azure.policy import AssignmentChange, ResourceSelector, Selector

    change = AssignmentChange(assignment=written.assignment)
    if written.at:
        change["at"] = list(written.at)
    if written.enforcement in _MODES:
        change["enforcement"] = _MODES[written.enforcement]
    if written.parameters:
        change["parameters"] = dict(written.parameters)
    if written.not_scopes:
        change["not_scopes"] = list(written.not_scopes)
    if written.resource_selectors:
        change["resource_selectors"] = [
            ResourceSelector(
                name=each.name,
                selectors=[
                    Selector(kind=one.kind, include=list(one.include))
                    if one.include
                    else Selector(kind=one.kind, exclude=list(one.exclude))
                    for one in each.selectors
                ],
            )
            for each in written.resource_selectors
        ]
    if written.reason:
        change["reason"] = written.reason
    if written.expires_on:
        change["expires_on"] = written.expires_on.isoformat()
    return change


def _exemption(written: PolicyExemption) -> "Exemption":
    from bluelamp.modules.azure.policy import Exemption

    exemption = Exemption(
        id=written.id,
        assignment=written.assignment,
        scope=written.scope,
        reason=written.reason,
        expires_on=written.expires_on.isoformat(),
        requester=written.requester,
        approver=written.approver,
        category=written.category,
        definitions=list(written.definitions),
    )
    if written.assigned_at:
        exemption["assigned_at"] = written.assigned_at
    if written.risk_reference:
        exemption["risk_reference"] = written.risk_reference
    if written.compensating_control:
        exemption["compensating_control"] = written.compensating_control
    return exemption


def _arguments(context: Context, *, canary: bool) -> ManagementGroupsArgs:
    wanted = context.azure.management_groups
    args = ManagementGroupsArgs(
        label=context.label, display_name=context.force.name, sandbox=wanted.sandbox, quarantine=wanted.quarantine
    )
    if wanted.parent:
        args["parent"] = wanted.parent
    confidential = any(zone.archetype.startswith("confidential") for zone in context.azure.landing_zones)
    if confidential or context.force.profile != "starter":
        args["confidential"] = True
    # Settings with only one of the two are rejected earlier.
    if wanted.hierarchy_settings and wanted.quarantine and not canary and not context.force.entry.environment:
        args["hierarchy_settings"] = {"tenant_id": context.tenant_id}
    if canary:
        args["canary"] = True
    elif placed := context.subscriptions.ids:
        args["placements"] = [
            Placement(workload=short, group=context.subscriptions.group[short], subscription_id=subscription)
            for short, subscription in placed.items()
        ]
    return args
