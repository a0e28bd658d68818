"""The plan identity and the apply identity, and their roles."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

import pulumi
from pulumi_azure_native import authorization

from bluelamp.modules.azure.built_in_roles import role_guid
from bluelamp.modules.azure.grants import ACCESS_ADMINISTRATOR, grant, no_privileged_roles
from bluelamp.modules.azure.workload_identity import WorkloadIdentity
from bluelamp.modules.component import Component

READER: Final = role_guid("Reader")
CONTRIBUTOR: Final = role_guid("Contributor")
BLOB_READER: Final = role_guid("Storage Blob Data Reader")
BLOB_CONTRIBUTOR: Final = role_guid("Storage Blob Data Contributor")
CRYPTO_USER: Final = role_guid("Key Vault Crypto User")
SECRETS_USER: Final = role_guid("Key Vault Secrets User")
MANAGEMENT_GROUP_CONTRIBUTOR: Final = role_guid("Management Group Contributor")
POLICY_CONTRIBUTOR: Final = role_guid("Resource Policy Contributor")
MONITORING_CONTRIBUTOR: Final = role_guid("Monitoring Contributor")
# GUIDs of built-in roles, the same in every tenant: learn.microsoft.com/azure/role-based-access-control/built-in-roles

_LOCKS: Final = tuple(f"Microsoft.Authorization/locks/{each}" for each in ("read", "write", "delete"))


def identity(
    owner: Component, name: str, args: Mapping[str, Any], use: str, roles: Mapping[str, tuple[str, pulumi.Input[str]]]
) -> WorkloadIdentity:
    """The identity for `use`, `plan` or `apply`, with its federated credentials and `roles`.

    `roles` are the GUID of a built-in role and the ARM id of a scope, keyed by a short name.
    """
    return WorkloadIdentity(
        f"{name}-{use}",
        {
            "label": args["label"],
            "location": args["location"],
            "workload": f"bluelamp-{use}",
            "resource_group_name": args["resource_group_name"],
            "credentials": args[f"{use}_credentials"],
            "roles": {
                short: {
                    "role_definition_id": f"/providers/Microsoft.Authorization/roleDefinitions/{role}",
                    "scope": scope,
                }
                for short, (role, scope) in roles.items()
            },
        },
        owner.child(),
    )


def plan_roles(scopes: Mapping[str, str]) -> dict[str, tuple[str, pulumi.Input[str]]]:
    """The read-only roles of the plan identity."""
    return {f"read-{short}": (READER, scope) for short, scope in scopes.items()}


def apply_roles(
    subscriptions: Mapping[str, str], management_group: Mapping[str, str]
) -> dict[str, tuple[str, pulumi.Input[str]]]:
    """The roles of the apply identity, except those for role assignments and locks."""
    roles: dict[str, tuple[str, pulumi.Input[str]]] = {
        f"deploy-{short}": (CONTRIBUTOR, scope) for short, scope in subscriptions.items()
    }
    for short, scope in management_group.items():
        roles |= {
            f"group-{short}": (MANAGEMENT_GROUP_CONTRIBUTOR, scope),
            f"assign-policy-{short}": (POLICY_CONTRIBUTOR, scope),
            f"monitor-{short}": (MONITORING_CONTRIBUTOR, scope),
        }
    return roles


def allow_role_assignments(
    owner: Component,
    name: str,
    args: Mapping[str, Any],
    principal_id: pulumi.Output[str],
    subscriptions: Mapping[str, str],
    others: Mapping[str, str],
) -> None:
    """Allows the apply identity to assign non-privileged roles and to manage locks in the subscriptions.

    At `others` it may only assign roles.
    """
    for short, scope in {**subscriptions, **others}.items():
        grant(
            f"{name}-apply-may-assign-roles-{short}",
            args["label"],
            scope=scope,
            role=ACCESS_ADMINISTRATOR,
            principal_id=principal_id,
            condition=no_privileged_roles(),
            opts=owner.child(),
        )
    label, home = args["label"], next(iter(subscriptions.values()))
    role = authorization.RoleDefinition(
        f"{name}-locks",
        role_definition_id=str(uuid5(NAMESPACE_URL, "/".join((label["force"], label["environment"], name, "locks")))),
        # A role name is unique in a tenant, and a tenant may hold several forces.
        role_name=f"Bluelamp-Locks ({label['code']}-{label['environment']})",
        role_type="CustomRole",
        description="Reads, sets and removes locks, which Contributor does not allow.",
        scope=home,
        assignable_scopes=list(subscriptions.values()),
        permissions=[{"actions": list(_LOCKS), "not_actions": [], "data_actions": [], "not_data_actions": []}],
        opts=owner.child(),
    )
    for short, scope in subscriptions.items():
        grant(
            f"{name}-apply-may-lock-{short}",
            args["label"],
            scope=scope,
            role=role.id,
            principal_id=principal_id,
            opts=owner.child(),
        )
