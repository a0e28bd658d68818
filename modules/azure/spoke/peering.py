"""How a spoke is joined to its hub: peered both ways, or connected to a virtual hub."""

from typing import Any, NotRequired, TypedDict

import pulumi
from pulumi_azure_native import network

from bluelamp.modules.azure.place import Place


class SpokeHub(TypedDict):
    """The hub network that a spoke is peered with."""

    virtual_network_id: pulumi.Input[str]
    """The hub network's ARM id."""
    virtual_network_name: pulumi.Input[str]
    """The hub network's name."""
    resource_group_name: pulumi.Input[str]
    """The hub network's resource group."""
    firewall_address: NotRequired[pulumi.Input[str]]
    """The firewall's private address. Left out where the hub has no firewall: then nothing leaves the spoke."""
    gateway_id: NotRequired[pulumi.Input[str]]
    """The hub's gateway, whose routes the spoke uses; none by default. The peering waits for it."""


class SpokeVirtualHub(TypedDict):
    """The virtual hub that a spoke is connected to."""

    virtual_hub_name: pulumi.Input[str]
    """The virtual hub's name."""
    resource_group_name: pulumi.Input[str]
    """The virtual hub's resource group."""
    firewall_address: NotRequired[pulumi.Input[str]]
    """The private address of its firewall, which is asked for names: `VirtualHub.firewall_address`. Azure is asked when
    left out."""


def peer(
    place: Place, workload: str, hub: SpokeHub, vnet: network.VirtualNetwork, vnet_name: pulumi.Output[str]
) -> None:
    """Peers the network with the hub, from both sides; from the hub's first, since it is what lends the gateway."""
    gateway = hub.get("gateway_id")
    common: dict[str, Any] = {"allow_virtual_network_access": True, "allow_forwarded_traffic": True}
    inward = network.VirtualNetworkPeering(
        place.logical("peering-from-hub"),
        virtual_network_peering_name=place.name("virtual_network_peering", f"hub-{workload}"),
        virtual_network_name=hub["virtual_network_name"],
        resource_group_name=hub["resource_group_name"],
        remote_virtual_network=network.SubResourceArgs(id=vnet.id),
        allow_gateway_transit=once_there(gateway),
        use_remote_gateways=False,
        **common,
        opts=place.owner.child(),
    )
    network.VirtualNetworkPeering(
        place.logical("peering-to-hub"),
        virtual_network_peering_name=place.name("virtual_network_peering", f"{workload}-hub"),
        virtual_network_name=vnet_name,
        resource_group_name=place.resource_group_name,
        remote_virtual_network=network.SubResourceArgs(id=hub["virtual_network_id"]),
        allow_gateway_transit=False,
        use_remote_gateways=once_there(gateway),
        **common,
        opts=place.owner.child(depends_on=[inward]),
    )


def connect(place: Place, workload: str, hub: SpokeVirtualHub, vnet: network.VirtualNetwork) -> None:
    """Connects the network to a virtual hub, which then routes everything that leaves it."""
    network.HubVirtualNetworkConnection(
        place.logical("connection"),
        connection_name=place.name("hub_connection", workload),
        virtual_hub_name=hub["virtual_hub_name"],
        resource_group_name=hub["resource_group_name"],
        remote_virtual_network=network.SubResourceArgs(id=vnet.id),
        enable_internet_security=True,
        opts=place.owner.child(),
    )


def once_there(gateway: pulumi.Input[str] | None) -> pulumi.Input[bool]:
    """Whether there is a gateway: known before it exists, and waiting for it all the same."""
    if gateway is None:
        return False

    async def resolved() -> bool:  # an awaitable, as the constructor of an output wants
        return True

    return pulumi.Output(pulumi.Output.from_input(gateway).resources(), resolved(), resolved())
