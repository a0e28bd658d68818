"""A resource group."""

import pulumi
from pulumi_azure_native import resources

from bluelamp.modules import naming
from bluelamp.modules.component import Component, after
from bluelamp.modules.shared_arguments import RegionalArgs


class ResourceGroupArgs(RegionalArgs):
    """Arguments of a resource group."""

    workload: str
    """The purpose of the group, such as `network`."""


class ResourceGroup(Component):
    """A resource group in a region of the United Kingdom."""

    id: pulumi.Output[str]
    """The group's ARM id."""
    name: pulumi.Output[str]
    """The group's name, known before it exists."""

    def __init__(self, name: str, args: ResourceGroupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        label, location = args["label"], args["location"]
        group_name = naming.name("resource_group", args["workload"], label, location)
        group = resources.ResourceGroup(
            f"{name}-group",
            resource_group_name=group_name,
            location=location,
            tags=naming.tags(label),
            opts=self.child(),
        )
        self.id = group.id
        self.name = after(group_name, group)
        self.finish()
