"""A DDoS protection plan."""

from typing import NotRequired

import pulumi
from pulumi_azure_native import network

from bluelamp.modules import naming
from bluelamp.modules.component import Component
from bluelamp.modules.shared_arguments import LabelledArgs


class DdosPlanArgs(LabelledArgs):
    """Arguments of a DDoS protection plan."""

    location: str
    """The Azure region, `uksouth` or `ukwest`; the plan protects networks in all of them."""
    resource_group_name: pulumi.Input[str]
    """The resource group of the plan."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete the plan; false by default."""


class DdosPlan(Component):
    """A plan that protects the public IP addresses of every network that refers to it."""

    plan_id: pulumi.Output[str]
    """The plan's ARM id, which hubs and spokes take as `ddos_plan_id`."""

    def __init__(self, name: str, args: DdosPlanArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        plan = network.DdosProtectionPlan(
            f"{name}-plan",
            ddos_protection_plan_name=naming.name("ddos_plan", "platform", args["label"], args["location"]),
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            tags=naming.tags(args["label"]),
            opts=self.child(protect=args.get("protect", False)),
        )
        self.plan_id = plan.id
        self.finish()
