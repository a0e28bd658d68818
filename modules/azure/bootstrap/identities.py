"""The plan identity and the apply identity, and exactly what each may do."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

import pulumi
from pulumi_azure_native import authorization

from bluelamp.modules.azure.grants import ACCESS_ADMINISTRATOR, grant, no_privileged_roles
from bluelamp.modules.azure.workload_identity import WorkloadIdentity
from bluelamp.modules.component import Component

READER: Final = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
CONTRIBUTOR: Final = "b24988ac-6180-42a0-ab88-20f7382dd24c"
BLOB_READER: Final = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
BLOB_CONTRIBUTOR: Final = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
CRYPTO_USER: Final = "12338af0-0e69-4776-bea7-57ae8d297424"
SECRETS_USER: Final = "4633458b-17de-408a-b874-0445c86b69e6"
MANAGEMENT_GROUP_CONTRIBUTOR: Final = "5d58bcaf-24a5-4b20-bdb6-eed9f69fbe4c"
POLICY_CONTRIBUTOR: Final = "36243c78-bf99-498c-9df9-86d9f8d28608"
MONITORING_CONTRIBUTOR: Final = "749f88d5-cbae-40b8-bcfc-e573ddc772fa"
# GUIDs of built-in roles, the same in every tenant: learn.microsoft.com/azure/role-based-access-control/built-in-roles

_LOCKS: Final = tuple(f"Microsoft.Authorization/locks/{each}" for each in ("read", "write", "delete"))


def identity(
    owner: Component, name: str, args: Mapping[str, Any], use: str, roles: Mapping[str, tuple[str, pulumi.Input[str]]]
) -> WorkloadIdentity:
    """The identity for `use`, `plan` or `apply`, with the credentials of the arguments and these roles.

    `roles` are the GUID of a built-in role and the ARM id of a scope, by a short name.
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
    """What the plan identity may do at the scopes of the estate: read."""
    return {f"read-{short}": (READER, scope) for short, scope in scopes.items()}


def apply_roles(
    subscriptions: Mapping[str, str], management_group: Mapping[str, str]
) -> dict[str, tuple[str, pulumi.Input[str]]]:
    """What the apply identity may do at the scopes of the estate, but for assigning roles and locks."""
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


def may_assign(
    owner: Component,
    name: str,
    args: Mapping[str, Any],
    principal_id: pulumi.Output[str],
    subscriptions: Mapping[str, str],
    others: Mapping[str, str],
) -> None:
    """Lets the apply identity assign roles that cannot assign roles, and lock, in the subscriptions.

    At the `others` it may assign roles only.
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
        # A title is unique in a tenant, which may hold several forces.
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
