"""Policies on the resource group of connected machines, and their remediation identity."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pulumi
import yaml
from pulumi_azure_native import authorization, managedidentity

from bluelamp.modules import naming
from bluelamp.modules.azure.built_in_roles import role_guid
from bluelamp.modules.azure.grants import grant
from bluelamp.modules.component import Component

_ROLES = {
    "machines": role_guid("Azure Connected Machine Resource Administrator"),
    "monitoring": role_guid("Monitoring Contributor"),
    "logs": role_guid("Log Analytics Contributor"),
}
_ONBOARDING = role_guid("Azure Connected Machine Onboarding")


@cache
def catalogue() -> Mapping[str, Mapping[str, Any]]:
    """The policies of `policies.yaml`, by assignment name."""
    read: Mapping[str, Mapping[str, Any]] = yaml.safe_load(Path(__file__).with_name("policies.yaml").read_text("utf-8"))
    return read


def assign(
    owner: Component, name: str, args: Mapping[str, Any], rules: Mapping[str, pulumi.Input[str]]
) -> managedidentity.UserAssignedIdentity:
    """Assigns every policy at the resource group, with one identity and the roles that it needs."""
    label, location, scope = args["label"], args["location"], args["resource_group_id"]
    identity = managedidentity.UserAssignedIdentity(
        f"{name}-identity",
        resource_name_=naming.name("user_assigned_identity", f"{args['workload']}-policies", label, location),
        resource_group_name=args["resource_group_name"],
        location=location,
        tags=naming.tags(label),
        opts=owner.child(),
    )
    roles = [
        role(owner, f"{name}-{key}-role", args, scope, number, identity.principal_id) for key, number in _ROLES.items()
    ]
    # The rule may be in another resource group. The identity needs read access there to associate machines.
    roles += [
        role(owner, f"{name}-{system}-rule-role", args, rule, _ROLES["monitoring"], identity.principal_id)
        for system, rule in rules.items()
    ]
    for key, facts in catalogue().items():
        needed = facts.get("rule")
        if needed is not None and needed not in rules:
            continue
        values = {**facts.get("parameters", {}), **({"dcrResourceId": rules[needed]} if needed else {})}
        authorization.PolicyAssignment(
            f"{name}-{key}",
            policy_assignment_name=f"{args['workload']}-{key}"[:64],
            scope=scope,
            location=location,
            display_name=facts["title"],
            policy_definition_id=f"/providers/Microsoft.Authorization/policyDefinitions/{facts['id']}",
            parameters={
                parameter: authorization.ParameterValuesValueArgs(value=value) for parameter, value in values.items()
            },
            identity=authorization.IdentityArgs(type="UserAssigned", user_assigned_identities=[identity.id]),
            enforcement_mode="Default",
            opts=owner.child(depends_on=roles),
        )
    return identity


def onboarding(owner: Component, name: str, args: Mapping[str, Any], principal_id: pulumi.Input[str]) -> None:
    """Allows the principal to connect machines to the resource group, with no other permission."""
    role(owner, f"{name}-onboarding-role", args, args["resource_group_id"], _ONBOARDING, principal_id)


def role(
    owner: Component,
    logical: str,
    args: Mapping[str, Any],
    scope: pulumi.Input[str],
    number: str,
    principal_id: pulumi.Input[str],
) -> authorization.RoleAssignment:
    """Assigns a built-in role to a service principal."""
    return grant(logical, args["label"], scope=scope, role=number, principal_id=principal_id, opts=owner.child())
