"""The parts of a force's estate that a diagram shows, read from the planned resources."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from bluelamp.render.lookup import Lookup

if TYPE_CHECKING:
    from bluelamp.planning import Plan, PlannedResource

_NETWORK: Final = "azure-native:network:"
_NETWORKS: Final = (f"{_NETWORK}VirtualNetwork", f"{_NETWORK}VirtualHub")
_HUB_SUBNETS: Final = ("AzureFirewallSubnet", "GatewaySubnet", "AzureBastionSubnet")


@dataclass
class Group:
    """A management group: its name without the force's, the number of assigned policies, and its children."""

    name: str
    policies: int = 0
    below: list["Group"] = field(default_factory=list)


@dataclass
class Net:
    """A network: a hub or a spoke, with its region, address ranges, subnets and services."""

    key: str
    name: str
    region: str
    ranges: tuple[str, ...]
    hub: bool
    subnets: list[tuple[str, str]] = field(default_factory=list)
    services: list[str] = field(default_factory=list)
    hubs: set[str] = field(default_factory=set)
    """The keys of the peered networks."""


@dataclass
class Site:
    """A data centre: its links as lines of text, and the key of the network that they connect to."""

    name: str
    details: list[str] = field(default_factory=list)
    vpn: int = 0
    circuit: str = ""
    connected: bool = False
    """Whether the circuit is connected to a gateway. It is not until the connectivity provider has provisioned it."""
    hub: str = ""


@dataclass
class Cluster:
    """A Kubernetes cluster, with details and its tenants."""

    name: str
    details: list[str] = field(default_factory=list)
    tenants: list[str] = field(default_factory=list)


@dataclass
class Estate:
    """A force's estate."""

    name: str
    resources: int
    classification: str = ""
    groups: list[Group] = field(default_factory=list)
    networks: list[Net] = field(default_factory=list)
    services: list[tuple[str, str]] = field(default_factory=list)
    """The landing zone's shared services: the name and one line of detail."""
    sites: list[Site] = field(default_factory=list)
    clusters: list[Cluster] = field(default_factory=list)


def estate(plan: "Plan", name: str) -> Estate:
    """The estate in `plan`, of the force called `name`."""
    from bluelamp.render.shared import services

    look = Lookup(plan.resources)
    found = Estate(name, len(plan.managed))
    found.classification = next(
        (str(tags["classification"]) for one in plan.resources if "classification" in (tags := _map(one, "tags"))), ""
    )
    found.groups = _groups(look, name)
    found.networks = _networks(look)
    found.services = services(look)
    found.sites = _sites(look)
    found.clusters = _clusters(look)
    return found


def _map(resource: "PlannedResource", key: str) -> Mapping[str, Any]:
    value = resource.inputs.get(key)
    return value if isinstance(value, Mapping) else {}


def _groups(look: Lookup, force: str) -> list[Group]:
    policies: dict[str, int] = defaultdict(int)
    for one in look.of("azure-native:authorization:PolicyAssignment"):
        for urn in one.references.get("scope", ()):
            policies[urn] += 1
    made = {
        one.urn: Group(_short(look.text(one, "displayName") or one.name, force), policies[one.urn])
        for one in look.of("azure-native:management:ManagementGroup")
    }
    roots: list[Group] = []
    for urn, group in made.items():
        above = next((made[ref] for ref in look.by_urn[urn].references.get("details", ()) if ref in made), None)
        (above.below if above else roots).append(group)
    return roots


def _short(text: str, force: str) -> str:
    return text.removeprefix(force).lstrip(" -–") or text


def _networks(look: Lookup) -> list[Net]:
    nets: dict[str, Net] = {}
    for one in look.of(*_NETWORKS):
        prefixes = _map(one, "addressSpace").get("addressPrefixes") or [one.inputs.get("addressPrefix")]
        nets[one.urn] = Net(
            one.urn,
            _network_name(look, one),
            look.text(one, "location"),
            tuple(text for text in prefixes if isinstance(text, str)),
            hub=one.type.endswith("VirtualHub"),
        )
    for one in look.of(f"{_NETWORK}Subnet"):
        net = look.nearest(one, nets, ("virtualNetworkName",))
        if net:
            subnet = look.text(one, "subnetName")
            nets[net].subnets.append((_purpose(subnet), look.text(one, "addressPrefix")))
            nets[net].hub = nets[net].hub or subnet in _HUB_SUBNETS
    for one, words in _network_services(look):
        net = look.nearest(one, nets)
        if net:
            nets[net].services.append(words)
    for one in look.of(f"{_NETWORK}VirtualNetworkPeering", f"{_NETWORK}HubVirtualNetworkConnection"):
        here = look.nearest(one, nets, ("virtualNetworkName", "virtualHubName"))
        there = look.nearest(one, nets, ("remoteVirtualNetwork",))
        if here and there and here != there:
            nets[here].hubs.add(there)
            nets[there].hubs.add(here)
    for net_ in nets.values():
        net_.subnets.sort(key=lambda each: _address((each[1],)))
        net_.services = sorted(set(net_.services), key=net_.services.index)
    return sorted(nets.values(), key=lambda net_: (not net_.hub, _address(net_.ranges)))


def _address(ranges: tuple[str, ...]) -> tuple[int, ...]:
    """The sort key of address ranges; unknown ranges come last."""
    parts = re.findall(r"\d+", ranges[0]) if ranges else []
    return tuple(int(part) for part in parts) or (256,)


def _purpose(subnet: str) -> str:
    """A subnet's purpose: `resolver` for `snet-resolver-wmp-prod-uks`, `bastion` for `AzureBastionSubnet`."""
    parts = subnet.split("-")
    if parts[0] == "snet" and len(parts) > 4:
        return " ".join(parts[1:-3])
    words = re.findall(r"[A-Z][a-z]+", subnet.removeprefix("Azure").removesuffix("Subnet"))
    return " ".join(words).lower() or subnet


def _network_name(look: Lookup, one: "PlannedResource") -> str:
    zone = look.above(one, "LandingZone")
    if zone:
        return zone.removeprefix("landing-zone-")
    return look.parent_name(one) or one.name


def _network_services(look: Lookup) -> Iterable[tuple["PlannedResource", str]]:
    """The services inside networks, each with its label."""
    for one in look.of(f"{_NETWORK}AzureFirewall"):
        yield one, f"Azure Firewall {_map(one, 'sku').get('tier', '')}".strip()
    for one in look.of(f"{_NETWORK}BastionHost"):
        yield one, f"Bastion {_map(one, 'sku').get('name', '')}".strip()
    for one in look.of(f"{_NETWORK}VirtualNetworkGateway"):
        kind = "VPN gateway" if one.inputs.get("gatewayType") == "Vpn" else "ExpressRoute gateway"
        yield one, f"{kind} {_map(one, 'sku').get('name', '')}".strip()
    for one in look.of(f"{_NETWORK}VpnGateway"):
        yield one, "VPN gateway"
    for one in look.of(f"{_NETWORK}ExpressRouteGateway"):
        yield one, "ExpressRoute gateway"
    for one in look.of("azure-native:dnsresolver:DnsResolver"):
        yield one, "DNS resolver"


def _sites(look: Lookup) -> list[Site]:
    sites: dict[str, Site] = {}
    networks = {one.urn for one in look.of(*_NETWORKS)}
    for one in look.of(f"{_NETWORK}LocalNetworkGateway", f"{_NETWORK}VpnSite"):
        name = (look.parent_name(one) or one.name).removeprefix("site-")
        site = sites.setdefault(name, Site(name))
        site.vpn += 1
        bgp = _map(one, "bgpSettings")
        site.details += [f"AS {bgp['asn']}"] if "asn" in bgp and f"AS {bgp['asn']}" not in site.details else []
        address = look.text(one, "gatewayIpAddress")
        site.details += [f"device {address}"] if address else []
    for one in look.of(f"{_NETWORK}ExpressRouteCircuit"):
        said = (look.parent_name(one) or one.name).removeprefix("circuit-")
        circuit = _map(one, "serviceProviderProperties")
        site = sites.setdefault(said, Site(said))
        speed = circuit.get("bandwidthInMbps", "")
        size = f"{speed / 1000:g} Gbit/s" if isinstance(speed, int | float) and speed >= 1000 else f"{speed} Mbit/s"
        site.circuit = f"ExpressRoute {size}, {circuit.get('serviceProviderName', '')}"
        site.details.append(f"{circuit.get('serviceProviderName', '')}, {circuit.get('peeringLocation', '')}")
    for one in look.of(f"{_NETWORK}VirtualNetworkGatewayConnection", f"{_NETWORK}VpnConnection"):
        name = (look.parent_name(one) or one.name).removeprefix("site-").removeprefix("circuit-")
        if name in sites:
            near = look.nearest(one, networks, ("virtualNetworkGateway1", "gatewayName"))
            sites[name].hub = sites[name].hub or near or ""
            sites[name].connected = sites[name].connected or one.inputs.get("connectionType") == "ExpressRoute"
    return sorted(sites.values(), key=lambda site: site.name)


def _clusters(look: Lookup) -> list[Cluster]:
    clusters: dict[str, Cluster] = {}

    def cluster(name: str) -> Cluster:
        return clusters.setdefault(name, Cluster(name))

    for one in look.of_prefix("kubernetes:"):
        provider = one.provider.rpartition("::")[2]
        cluster("default" if provider.startswith("default") else provider.removeprefix("kubernetes-"))
        if one.type.startswith("kubernetes:cluster.x-k8s.io/") and one.inputs.get("kind") == "Cluster":
            topology = _map(one, "spec").get("topology") or {}
            name = str(_map(one, "metadata").get("name", one.name))
            version = topology.get("version") if isinstance(topology, Mapping) else ""
            known = next((each for each in clusters if name == each or name.startswith(f"{each}-")), name)
            cluster(known).details.append(f"Cluster API, {version}" if isinstance(version, str) else "Cluster API")
        tenant = look.above(one, "Tenant")
        if tenant and one.inputs.get("kind") == "Namespace":
            where = cluster("default" if provider.startswith("default") else provider.removeprefix("kubernetes-"))
            where.tenants.append(str(_map(one, "metadata").get("name", tenant)))
    for one in look.of("azure-native:kubernetes:ConnectedCluster"):
        name = (look.parent_name(one) or one.name).removeprefix("arc-")
        inside = [each for each in clusters if f"-{each}-" in f"-{name}-"]  # `live` is in `non-live` too
        cluster(max(inside, key=len, default=name)).details.append("Azure Arc")
    return sorted(clusters.values(), key=lambda each: (not each.tenants, each.name))
