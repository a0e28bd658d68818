"""A resource guard."""

from typing import NotRequired

import pulumi
from pulumi_azure_native import dataprotection

from bluelamp.modules import naming
from bluelamp.modules.component import Component
from bluelamp.modules.shared_arguments import LabelledArgs


class ResourceGuardArgs(LabelledArgs):
    """Arguments of a resource guard."""

    location: str
    """The Azure region, `uksouth` or `ukwest`: the vaults' region."""
    resource_group_name: pulumi.Input[str]
    """The resource group of the guard, in which the vaults' operators have no role."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete the guard; false by default."""


class ResourceGuard(Component):
    """A guard over all critical operations of its vaults."""

    resource_guard_id: pulumi.Output[str]
    """The guard's ARM id, which `Backup` takes as `resource_guard_id`."""

    def __init__(self, name: str, args: ResourceGuardArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        guard = dataprotection.ResourceGuard(
            f"{name}-guard",
            resource_guards_name=naming.name("resource_guard", "backup", args["label"], args["location"]),
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            # No operation is excluded: each critical operation needs a second person.
            properties=dataprotection.ResourceGuardArgs(vault_critical_operation_exclusion_list=[]),
            tags=naming.tags(args["label"]),
            opts=self.child(protect=args.get("protect", False)),
        )
        self.resource_guard_id = guard.id
        self.finish()
