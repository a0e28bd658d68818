"""An ExpressRoute circuit, its private peering and its connection to a hub."""

from ipaddress import IPv4Network
from typing import NotRequired, TypedDict

import pulumi
from pulumi_azure_native import network

from bluelamp.modules.azure.place import Place
from bluelamp.modules.component import Component, after
from bluelamp.modules.shared_arguments import LabelledArgs

_BANDWIDTHS = (50, 100, 200, 500, 1000, 2000, 5000, 10000)
_TIERS = ("Local", "Standard", "Premium")
_FAMILIES = ("MeteredData", "UnlimitedData")
_PEERING = "AzurePrivatePeering"
_AZURE_ASN = 12076


class PrivatePeering(TypedDict):
    """The private peering of a circuit."""

    asn: int
    """The force's BGP autonomous system number, such as 65010."""
    vlan: int
    """The VLAN id on the provider's connection, 1 to 4094."""
    primary: str
    """A /30 for the primary link, without overlaps: the first address is the force's, the second Azure's."""
    secondary: str
    """A /30 for the secondary link."""


class ExpressRouteArgs(LabelledArgs):
    """Arguments of a circuit."""

    location: str
    """The Azure region, `uksouth` or `ukwest`: the gateway's region."""
    resource_group_name: pulumi.Input[str]
    """The resource group of the circuit."""
    workspace_id: pulumi.Input[str]
    """The Log Analytics workspace that receives the circuit's logs."""
    workload: str
    """The site of the circuit, such as `headquarters`; part of every name."""
    provider: str
    """The connectivity provider by its name in Azure, such as `BT` or `Vodafone`."""
    peering_location: str
    """The peering location by its name in Azure: `London`, `London2` or `Newport(Wales)`."""
    bandwidth_mbps: int
    """50, 100, 200, 500, 1000, 2000, 5000 or 10000. It can be increased later, but not decreased."""
    tier: NotRequired[str]
    """`Local`, `Standard` or `Premium`; by default `Standard`, which reaches both regions of the United Kingdom."""
    family: NotRequired[str]
    """`MeteredData` or `UnlimitedData` (which cannot be changed back); `MeteredData` by default."""
    provisioned: NotRequired[bool]
    """Whether the provider has provisioned the circuit; by default false, and only the circuit is created."""
    peering: NotRequired[PrivatePeering]
    """The private peering; required with `provisioned`."""
    gateway_id: NotRequired[pulumi.Input[str]]
    """The ExpressRoute gateway of a hub network (`Gateways.express_route_gateway_id`); no connection by default."""
    virtual_hub_gateway_name: NotRequired[pulumi.Input[str]]
    """The ExpressRoute gateway of a virtual hub (`VirtualHub.express_route_gateway_name`), in the same resource
    group."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete the circuit; false by default. A new one takes weeks to provision."""


class ExpressRoute(Component):
    """A circuit and, once it is provisioned, its private peering and connection."""

    circuit_id: pulumi.Output[str]
    """The circuit's ARM id."""
    circuit_name: pulumi.Output[str]
    """The circuit's name, known before it exists."""
    service_key: pulumi.Output[str]
    """The service key, a secret, with which the provider identifies the circuit."""

    def __init__(self, name: str, args: ExpressRouteArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        if wrong := _problems(args):
            raise ValueError(f"ExpressRoute {name!r}: " + "; ".join(wrong))
        place = Place(self, name, args["label"], args["location"], args["resource_group_name"], args["workspace_id"])
        circuit_name = place.name("express_route_circuit", args["workload"])
        circuit = self._circuit(place, args, circuit_name)
        place.log("circuit", circuit)
        self.circuit_id, self.circuit_name = circuit.id, after(circuit_name, circuit)
        self.service_key = pulumi.Output.secret(circuit.service_key).apply(lambda key: str(key or ""))
        if args.get("provisioned", False):
            self._connect(place, args, self._peer(place, args["peering"]))
        self.finish()

    def _circuit(self, place: Place, args: ExpressRouteArgs, name: str) -> network.ExpressRouteCircuit:
        tier, family = args.get("tier", "Standard"), args.get("family", "MeteredData")
        return network.ExpressRouteCircuit(
            place.logical("circuit"),
            circuit_name=name,
            **place.here,
            sku=network.ExpressRouteCircuitSkuArgs(name=f"{tier}_{family}", tier=tier, family=family),
            service_provider_properties=network.ExpressRouteCircuitServiceProviderPropertiesArgs(
                service_provider_name=args["provider"],
                peering_location=args["peering_location"],
                bandwidth_in_mbps=args["bandwidth_mbps"],
            ),
            allow_classic_operations=False,
            # Once the circuit is provisioned, Azure also returns the provider's peerings.
            opts=self.child(protect=args.get("protect", False), ignore_changes=["peerings"]),
        )

    def _peer(self, place: Place, peering: PrivatePeering) -> network.ExpressRouteCircuitPeering:
        return network.ExpressRouteCircuitPeering(
            place.logical("peering"),
            peering_name=_PEERING,
            circuit_name=self.circuit_name,
            resource_group_name=place.resource_group_name,
            peering_type=_PEERING,
            state="Enabled",
            peer_asn=peering["asn"],
            vlan_id=peering["vlan"],
            primary_peer_address_prefix=peering["primary"],
            secondary_peer_address_prefix=peering["secondary"],
            opts=self.child(),
        )

    def _connect(self, place: Place, args: ExpressRouteArgs, peering: network.ExpressRouteCircuitPeering) -> None:
        name = place.name("gateway_connection", args["workload"])
        if "virtual_hub_gateway_name" in args:
            network.ExpressRouteConnection(
                place.logical("connection"),
                connection_name=name,
                express_route_gateway_name=args["virtual_hub_gateway_name"],
                resource_group_name=place.resource_group_name,
                name=name,
                express_route_circuit_peering=network.ExpressRouteCircuitPeeringIdArgs(id=peering.id),
                enable_internet_security=True,
                opts=self.child(),
            )
        elif "gateway_id" in args:
            network.VirtualNetworkGatewayConnection(
                place.logical("connection"),
                virtual_network_gateway_connection_name=name,
                **place.here,
                connection_type="ExpressRoute",
                # References only: the SDK's classes would add the defaults of a new gateway.
                virtual_network_gateway1={"id": args["gateway_id"]},
                peer=network.SubResourceArgs(id=self.circuit_id),
                routing_weight=0,
                opts=self.child(depends_on=[peering]),
            )


def _problems(args: ExpressRouteArgs) -> list[str]:
    """The problems that Azure would find in a circuit, each in a sentence."""
    found = []
    for key, allowed, default in (("tier", _TIERS, "Standard"), ("family", _FAMILIES, "MeteredData")):
        if (value := args.get(key, default)) not in allowed:
            found.append(f"{key} is {value!r}; allowed are {', '.join(allowed)}")
    if args["bandwidth_mbps"] not in _BANDWIDTHS:
        found.append(f"bandwidth_mbps is {args['bandwidth_mbps']}; allowed are {', '.join(map(str, _BANDWIDTHS))}")
    if "gateway_id" in args and "virtual_hub_gateway_name" in args:
        found.append("gateway_id and virtual_hub_gateway_name are mutually exclusive")
    if args.get("provisioned", False) and "peering" not in args:
        found.append("peering is required once the circuit is provisioned")
    return found + (_peering_problems(args["peering"]) if "peering" in args else [])


def _peering_problems(peering: PrivatePeering) -> list[str]:
    found, lines = [], {}
    for key, text in (("primary", peering["primary"]), ("secondary", peering["secondary"])):
        try:
            lines[key] = IPv4Network(text)
        except ValueError as wrong:
            found.append(f"peering.{key}: {wrong}")
            continue
        if lines[key].prefixlen != 30:
            found.append(f"peering.{key} is {lines[key]}; a /30 is needed")
    if len(lines) == 2 and lines["primary"].overlaps(lines["secondary"]):
        found.append(f"peering.secondary is {lines['secondary']}, which overlaps primary")
    if not 1 <= peering["vlan"] <= 4094:
        found.append(f"peering.vlan is {peering['vlan']}; allowed are 1 to 4094")
    if peering["asn"] in (_AZURE_ASN, *range(65515, 65521)) or not 1 <= peering["asn"] <= 4294967294:
        found.append(f"peering.asn is {peering['asn']}, which is reserved; use the force's own such as 65010")
    return found
