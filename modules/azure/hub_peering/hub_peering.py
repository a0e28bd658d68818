"""The peering of two hub networks."""

from typing import NotRequired, TypedDict

import pulumi
from pulumi_azure_native import network

from bluelamp.modules import naming
from bluelamp.modules.azure.spoke.peering import gateway_exists
from bluelamp.modules.component import Component
from bluelamp.modules.shared_arguments import LabelledArgs


class PeeredHub(TypedDict):
    """One of the two hubs."""

    location: str
    """Its Azure region, `uksouth` or `ukwest`."""
    virtual_network_id: pulumi.Input[str]
    """The hub network's ARM id."""
    virtual_network_name: pulumi.Input[str]
    """The hub network's name."""
    resource_group_name: pulumi.Input[str]
    """The hub network's resource group."""
    gateway_id: NotRequired[pulumi.Input[str]]
    """Its gateway, which the other hub also uses; at most one of the two hubs has one. None by default."""


class HubPeeringArgs(LabelledArgs):
    """Arguments of a peering of hubs."""

    first: PeeredHub
    """The first hub."""
    second: PeeredHub
    """The second hub."""


class HubPeering(Component):
    """Two peered hubs. If one has a gateway, the other reaches the on-premises sites through it."""

    peering_ids: pulumi.Output[dict[str, str]]
    """The peerings' ARM ids: `first` belongs to the first hub, `second` to the second."""

    def __init__(self, name: str, args: HubPeeringArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        first, second = args["first"], args["second"]
        if first["location"] == second["location"]:
            raise ValueError(
                f"HubPeering {name!r}: first.location and second.location are both {first['location']}; "
                "a region has one hub"
            )
        if "gateway_id" in first and "gateway_id" in second:
            raise ValueError(
                f"HubPeering {name!r}: both hubs have a gateway_id; a hub with a gateway cannot use another's"
            )
        # The hub with the gateway must allow gateway transit before the other can use it, so it is peered first.
        lenders = sorted(("first", "second"), key=lambda key: "gateway_id" not in _hub(args, key))
        made: dict[str, network.VirtualNetworkPeering] = {}
        for key in lenders:
            other = "second" if key == "first" else "first"
            made[key] = self._peering(name, args, key, _hub(args, key), _hub(args, other), list(made.values()))
        self.peering_ids = pulumi.Output.all(**{key: peering.id for key, peering in made.items()})
        self.finish()

    def _peering(
        self,
        name: str,
        args: HubPeeringArgs,
        key: str,
        own: PeeredHub,
        other: PeeredHub,
        after: list[network.VirtualNetworkPeering],
    ) -> network.VirtualNetworkPeering:
        return network.VirtualNetworkPeering(
            f"{name}-{key}",
            virtual_network_peering_name=naming.name(
                "virtual_network_peering",
                f"hub-{naming.region(other['location']).short}",
                args["label"],
                own["location"],
            ),
            virtual_network_name=own["virtual_network_name"],
            resource_group_name=own["resource_group_name"],
            remote_virtual_network=network.SubResourceArgs(id=other["virtual_network_id"]),
            allow_virtual_network_access=True,
            allow_forwarded_traffic=True,
            allow_gateway_transit=gateway_exists(own.get("gateway_id")),
            use_remote_gateways=gateway_exists(other.get("gateway_id")),
            opts=self.child(depends_on=after),
        )


def _hub(args: HubPeeringArgs, key: str) -> PeeredHub:
    return args["first"] if key == "first" else args["second"]
