"""A spoke: a network for one service, connected to a hub."""

from ipaddress import IPv4Network
from typing import NotRequired

import pulumi
from pulumi_azure_native import network

from bluelamp.modules.azure.network_watcher import FlowLogs, flow_log
from bluelamp.modules.azure.place import Place
from bluelamp.modules.azure.spoke.peering import SpokeHub, SpokeVirtualHub, connect, peer
from bluelamp.modules.azure.spoke.subnets import (
    PRIVATE_ENDPOINTS,
    SpokeSubnet,
    default_subnets,
    problems,
    spoke_subnets,
)
from bluelamp.modules.component import Component, after
from bluelamp.modules.shared_arguments import LabelledArgs


class SpokeArgs(LabelledArgs):
    """Arguments of a spoke."""

    location: str
    """The Azure region, `uksouth` or `ukwest`: the hub's region."""
    resource_group_name: pulumi.Input[str]
    """The resource group of the spoke."""
    workload: str
    """The workload, such as `records`; part of every name."""
    address_space: str
    """The address range, a /27 or larger from the address plan (`bluelamp.modules.naming.spoke`): `10.30.4.0/24`."""
    workspace_id: pulumi.Input[str]
    """The Log Analytics workspace that receives the spoke's logs."""
    hub: NotRequired[SpokeHub]
    """The hub network to peer with; not used with `virtual_hub`. Without either, the network is isolated."""
    virtual_hub: NotRequired[SpokeVirtualHub]
    """The virtual hub to connect to."""
    subnets: NotRequired[dict[str, SpokeSubnet]]
    """The subnets by name; by default `workload` (the first half) and `private-endpoints` (the last quarter)."""
    dns_servers: NotRequired[list[pulumi.Input[str]]]
    """The DNS servers; the hub's firewall by default, Azure DNS without one."""
    flow_logs: NotRequired[FlowLogs]
    """Destination of the flow logs; no flow logs by default."""
    ddos_plan_id: NotRequired[pulumi.Input[str]]
    """A DDoS protection plan; Azure's infrastructure protection by default."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete the network; false by default."""


class Spoke(Component):
    """A network with subnets, network security groups, routes, logs and a connection to the hub."""

    virtual_network_id: pulumi.Output[str]
    """The network's ARM id."""
    virtual_network_name: pulumi.Output[str]
    """The network's name, known before it exists."""
    subnet_ids: pulumi.Output[dict[str, str]]
    """The subnets' ARM ids by name."""
    private_endpoints_subnet_id: pulumi.Output[str]
    """The ARM id of the subnet `private-endpoints`; empty without one."""

    def __init__(self, name: str, args: SpokeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        _check(name, args)
        wanted = args.get("subnets") or default_subnets(args["address_space"])
        if wrong := problems(args["address_space"], wanted):
            raise ValueError(f"Spoke {name!r}: " + "; ".join(wrong))
        place = Place(self, name, args["label"], args["location"], args["resource_group_name"], args["workspace_id"])
        workload, hub = args["workload"], args.get("hub")
        wall = hub.get("firewall_address") if hub else None
        vnet = _network(place, args)
        self.virtual_network_id = vnet.id
        self.virtual_network_name = after(place.name("virtual_network", workload), vnet)
        # The routing intent of a virtual hub leads to the firewall. A user-defined route would bypass it.
        routes = None if "virtual_hub" in args else _routes(place, workload, wall)
        made = spoke_subnets(place, workload, self.virtual_network_name, wanted, routes)
        self.subnet_ids = pulumi.Output.all(**{key: subnet.id for key, subnet in made.items()})
        self.private_endpoints_subnet_id = (
            made[PRIVATE_ENDPOINTS].id if PRIVATE_ENDPOINTS in made else pulumi.Output.from_input("")
        )
        if hub:
            peer(place, workload, hub, vnet, after(place.name("virtual_network", workload), *made.values()))
        elif "virtual_hub" in args:
            connect(place, workload, args["virtual_hub"], vnet)
        if "flow_logs" in args:
            flow_log(place, "network", vnet.id, args["flow_logs"])
        self.finish()


def _check(name: str, args: SpokeArgs) -> None:
    try:
        whole = IPv4Network(args["address_space"])
    except ValueError as wrong:
        raise ValueError(f"Spoke {name!r}: address_space: {wrong}") from None
    if whole.prefixlen > 27:
        raise ValueError(f"Spoke {name!r}: address_space is {whole}; at least a /27 is needed")
    if "hub" in args and "virtual_hub" in args:
        raise ValueError(
            f"Spoke {name!r}: hub and virtual_hub are mutually exclusive; a network is joined to one of them"
        )


def _network(place: Place, args: SpokeArgs) -> network.VirtualNetwork:
    plan_id, joined = args.get("ddos_plan_id"), args.get("hub") or args.get("virtual_hub")
    address = joined.get("firewall_address") if joined else None
    servers = args.get("dns_servers") or ([address] if address is not None else [])
    vnet = network.VirtualNetwork(
        place.logical("network"),
        virtual_network_name=place.name("virtual_network", args["workload"]),
        **place.here,
        address_space=network.AddressSpaceArgs(address_prefixes=[args["address_space"]]),
        dhcp_options=network.DhcpOptionsArgs(dns_servers=servers) if servers else None,
        # Traffic between virtual machines of supported sizes is encrypted; others may send unencrypted traffic.
        encryption=network.VirtualNetworkEncryptionArgs(enabled=True, enforcement="AllowUnencrypted"),
        enable_ddos_protection=plan_id is not None,
        ddos_protection_plan=network.SubResourceArgs(id=plan_id) if plan_id else None,
        opts=place.owner.child(protect=args.get("protect", False)),
    )
    place.log("network", vnet)
    return vnet


def _routes(place: Place, workload: str, firewall: pulumi.Input[str] | None) -> network.RouteTable:
    """All outbound traffic goes to the firewall, or is dropped. Gateway routes must not bypass the firewall."""
    return network.RouteTable(
        place.logical("routes"),
        route_table_name=place.name("route_table", workload),
        **place.here,
        disable_bgp_route_propagation=True,
        routes=[
            network.RouteArgs(
                name="nowhere" if firewall is None else "to-firewall",
                address_prefix="0.0.0.0/0",
                next_hop_type="None" if firewall is None else "VirtualAppliance",
                next_hop_ip_address=firewall,
            )
        ],
        opts=place.owner.child(),
    )
