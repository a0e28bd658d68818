"""Protection of vaults by a resource guard."""

import pulumi
from pulumi_azure_native import dataprotection, recoveryservices

from bluelamp.modules.component import Component


def guard_vaults(
    owner: Component,
    name: str,
    guard_id: pulumi.Input[str],
    vaults: dict[str, pulumi.Output[str]],
    group: pulumi.Input[str],
    tags: dict[str, str],
    first: list[pulumi.Resource],
) -> list[pulumi.Resource]:
    """Associates `vaults`, the names keyed by `recovery` and `backup`, with the resource guard.

    Resources in `first` are created before the association: afterwards, a change to a shorter retention needs a second
    person. Azure uses a fixed name for each association.
    """
    opts = owner.child(depends_on=first)
    return [
        recoveryservices.ResourceGuardProxy(
            f"{name}-recovery-vault-guard",
            resource_guard_proxy_name="VaultProxy",
            vault_name=vaults["recovery"],
            resource_group_name=group,
            properties=recoveryservices.ResourceGuardProxyBaseArgs(resource_guard_resource_id=guard_id),
            tags=tags,
            opts=opts,
        ),
        dataprotection.DppResourceGuardProxy(
            f"{name}-backup-vault-guard",
            resource_guard_proxy_name="DppResourceGuardProxy",
            vault_name=vaults["backup"],
            resource_group_name=group,
            properties=dataprotection.ResourceGuardProxyBaseArgs(resource_guard_resource_id=guard_id),
            opts=opts,
        ),
    ]
