"""A virtual WAN, the parent of virtual hubs."""

from typing import NotRequired

import pulumi
from pulumi_azure_native import network

from bluelamp.modules import naming
from bluelamp.modules.component import Component, after
from bluelamp.modules.shared_arguments import LabelledArgs


class VirtualWanArgs(LabelledArgs):
    """Arguments of a virtual WAN."""

    location: str
    """The Azure region of the WAN's metadata, `uksouth` or `ukwest`."""
    resource_group_name: pulumi.Input[str]
    """The resource group of the WAN."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete it; false by default."""


class VirtualWan(Component):
    """A Standard virtual WAN with branch-to-branch traffic and VPN encryption."""

    virtual_wan_id: pulumi.Output[str]
    """The virtual WAN's ARM id."""
    virtual_wan_name: pulumi.Output[str]
    """The virtual WAN's name, known before it exists."""

    def __init__(self, name: str, args: VirtualWanArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        wan_name = naming.name("virtual_wan", "platform", args["label"])
        wan = network.VirtualWan(
            f"{name}-wan",
            virtual_wan_name=wan_name,
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            type="Standard",
            allow_branch_to_branch_traffic=True,
            disable_vpn_encryption=False,
            tags=naming.tags(args["label"]),
            opts=self.child(protect=args.get("protect", False)),
        )
        self.virtual_wan_id = wan.id
        self.virtual_wan_name = after(wan_name, wan)
        self.finish()
