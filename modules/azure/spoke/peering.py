"""The connection of a spoke: peering with a hub network, or connection to a virtual hub."""

from typing import Any, NotRequired, TypedDict

import pulumi
from pulumi_azure_native import network

from bluelamp.modules.azure.place import Place


class SpokeHub(TypedDict):
    """The hub network to peer with."""

    virtual_network_id: pulumi.Input[str]
    """The hub network's ARM id."""
    virtual_network_name: pulumi.Input[str]
    """The hub network's name."""
    resource_group_name: pulumi.Input[str]
    """The hub network's resource group."""
    firewall_address: NotRequired[pulumi.Input[str]]
    """The firewall's private address; omit it for a hub without a firewall. The spoke then has no outbound traffic."""
    gateway_id: NotRequired[pulumi.Input[str]]
    """The hub's gateway, which the spoke uses; none by default. The peering depends on it."""


class SpokeVirtualHub(TypedDict):
    """The virtual hub to connect to."""

    virtual_hub_name: pulumi.Input[str]
    """The virtual hub's name."""
    resource_group_name: pulumi.Input[str]
    """The virtual hub's resource group."""
    firewall_address: NotRequired[pulumi.Input[str]]
    """The private address of its firewall, the DNS server: `VirtualHub.firewall_address`. Azure DNS by
    default."""


def peer(
    place: Place, workload: str, hub: SpokeHub, vnet: network.VirtualNetwork, vnet_name: pulumi.Output[str]
) -> None:
    """Peers the network with the hub in both directions; the hub's side first, since it allows gateway transit."""
    gateway = hub.get("gateway_id")
    common: dict[str, Any] = {"allow_virtual_network_access": True, "allow_forwarded_traffic": True}
    inward = network.VirtualNetworkPeering(
        place.logical("peering-from-hub"),
        virtual_network_peering_name=place.name("virtual_network_peering", f"hub-{workload}"),
        virtual_network_name=hub["virtual_network_name"],
        resource_group_name=hub["resource_group_name"],
        remote_virtual_network=network.SubResourceArgs(id=vnet.id),
        allow_gateway_transit=gateway_exists(gateway),
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
        use_remote_gateways=gateway_exists(gateway),
        **common,
        opts=place.owner.child(depends_on=[inward]),
    )


def connect(place: Place, workload: str, hub: SpokeVirtualHub, vnet: network.VirtualNetwork) -> None:
    """Connects the network to a virtual hub, which routes all its outbound traffic."""
    network.HubVirtualNetworkConnection(
        place.logical("connection"),
        connection_name=place.name("hub_connection", workload),
        virtual_hub_name=hub["virtual_hub_name"],
        resource_group_name=hub["resource_group_name"],
        remote_virtual_network=network.SubResourceArgs(id=vnet.id),
        enable_internet_security=True,
        opts=place.owner.child(),
    )


def gateway_exists(gateway: pulumi.Input[str] | None) -> pulumi.Input[bool]:
    """Whether there is a gateway: known in a preview, and dependent on the gateway."""
    if gateway is None:
        return False

    async def resolved() -> bool:  # the constructor of an output requires an awaitable
        return True

    return pulumi.Output(pulumi.Output.from_input(gateway).resources(), resolved(), resolved())
