"""What security groups, firewalls and route tables let through."""

from typing import Final

from bluelamp.policies.address_lists import with_others
from bluelamp.policies.addresses import WIDEST
from bluelamp.policies.azure._arm import Pointers, Reference, owner, pointers, references
from bluelamp.policies.azure._controls import CLOSED, FILTERED
from bluelamp.policies.azure.network._filters import (
    RULES,
    SECURITY_GROUP,
    SECURITY_RULE,
    opened_outwards,
    opened_to_internet,
)
from bluelamp.policies.azure.network._firewalls import COLLECTIONS, FIREWALL_POLICY, everything_of
from bluelamp.policies.azure.network._routes import ROUTE, ROUTE_TABLE, led_to_internet
from bluelamp.policies.azure.network.net_core import NETWORK, PLATFORM_SUBNETS, SUBNET, subnet_name
from bluelamp.policies.controls import caf, cyber_essentials, iso, mcsb, ncsc, policing
from bluelamp.policies.estate import Estate
from bluelamp.policies.model import Severity
from bluelamp.policies.rule import Fail, NotApplicable, Outcome, rule
from bluelamp.policies.tighter import Allowed, EachAtLeast, Forbidden
from bluelamp.policies.value import UnknownValue, Value, places, root

HUB_CONNECTION: Final = "azure-native:network:HubVirtualNetworkConnection"
_FIREWALL_SUBNET: Final = "azurefirewallsubnet"


@rule(
    "BL-NET-007",
    "No port of a database or a file share is open to the Internet",
    failure="A database or file share port is open to the Internet",
    severity=Severity.CRITICAL,
    controls=CLOSED + mcsb("NS-1"),
    at={SECURITY_GROUP: "securityRules[*]", SECURITY_RULE: ""},
    estate=True,
    fix="Name the range of the machines that need it as the source, or publish it through a private endpoint.",
    example="""
network.SecurityRule(
    "sql-from-application",
    ...,
    access="Allow",
    direction="Inbound",
    protocol="Tcp",
    source_address_prefix="10.16.4.0/24",
    destination_port_range="1433",
)
""",
)
def no_data_port_from_internet(
    entry: Value,
    estate: Estate,
    *,
    ports: Forbidden[int] = (135, 139, 389, 445, 636, 1433, 1521, 3306, 5432, 6379, 9200, 11211, 27017),
    widest: EachAtLeast[int] = WIDEST,
) -> Outcome:
    """Databases, directories and file shares are built to be used inside a network: exposed, they are emptied or
    encrypted by programs that try the whole Internet, all day.
    """
    found = opened_to_internet(entry, RULES.family(entry, estate), ports, widest)
    return Fail(found.source, "a range of your own", found.because("one of a data service")) if found else None


@rule(
    "BL-NET-008",
    "No security rule lets everything out, from everywhere",
    failure="Network security rule allows all outbound traffic",
    severity=Severity.MEDIUM,
    controls=FILTERED + iso("8.12"),
    at={SECURITY_GROUP: "securityRules[*]", SECURITY_RULE: ""},
    estate=True,
    fix="Name the sources, the destinations or the ports; what a subnet sends to the firewall, it decides on.",
    example="""
network.SecurityRule(
    "updates",
    ...,
    access="Allow",
    direction="Outbound",
    protocol="Tcp",
    destination_address_prefix="AzureUpdateDelivery",
    destination_port_range="443",
)
""",
)
def not_everything_out(entry: Value, estate: Estate, *, widest: EachAtLeast[int] = WIDEST) -> Outcome:
    """Whoever has got in has to get something out: his tools in, the data out. A rule that allows every port to
    everywhere, for every machine behind it, helps nobody else.
    """
    found = opened_outwards(entry, RULES.family(entry, estate), widest)
    if found is None:
        return None
    return Fail(
        found.target,
        "the destinations that are needed",
        with_others(found.others, "all") or "it lets every port out",
    )


@rule(
    "BL-NET-009",
    "Subnets have a route table",
    failure="Subnet has no route table",
    severity=Severity.MEDIUM,
    controls=FILTERED + mcsb("NS-3"),
    at={SUBNET: "", NETWORK: "subnets[*]"},
    estate=True,
    fix="Give the subnet a route table that sends what leaves the network through the hub's firewall.",
    example="""
table = network.RouteTable("records", ...)
network.Subnet("records", ..., address_prefix="10.16.4.0/24", route_table={"id": table.id})
""",
)
def subnet_has_routes(subnet: Value, estate: Estate) -> Outcome:
    """Without routes of its own a subnet uses Azure's: straight to the Internet, straight to every peer, and never
    through the firewall that was bought to see it.
    """
    if subnet_name(subnet) in PLATFORM_SUBNETS:
        return NotApplicable(f"the routes of {subnet_name(subnet)} are Azure's own business")
    table = subnet["routeTable"]
    if not table.missing:
        return None
    network = root(subnet.resource) if subnet.outer else owner(subnet, estate, NETWORK)
    if network is not None and estate.once(_joined).reach(network):
        return NotApplicable("the virtual hub that its network is joined to says where it sends things")
    return Fail(table, "a route table")


@rule(
    "BL-NET-010",
    "No route leads straight to the Internet",
    failure="Route sends traffic directly to the Internet",
    severity=Severity.HIGH,
    controls=FILTERED + mcsb("NS-3"),
    at={ROUTE_TABLE: "routes[*]", ROUTE: ""},
    estate=True,
    fix="Let the default route lead to the firewall: nextHopType VirtualAppliance with its private address.",
    example="""
network.Route(
    "default", ..., address_prefix="0.0.0.0/0", next_hop_type="VirtualAppliance", next_hop_ip_address="10.16.0.4"
)
""",
)
def no_route_to_internet(route: Value, estate: Estate, *, widest: EachAtLeast[int] = WIDEST) -> Outcome:
    """A default route to the Internet goes round the firewall for the whole subnet: what leaves that way is neither
    inspected nor logged. Only the firewall's own subnet has to have one.
    """
    others = led_to_internet(route, estate, widest)
    if others is None:
        return None
    table = root(route.resource) if route.outer else owner(route, estate, ROUTE_TABLE)
    if table is not None and estate.once(_firewalls_own).reach(table):
        return NotApplicable("this is the firewall's own subnet, which Azure wants to see the Internet")
    return Fail(route["nextHopType"], "VirtualAppliance", with_others(others))


@rule(
    "BL-NET-017",
    "The firewall looks for intrusions",
    failure="Firewall has intrusion detection disabled",
    severity=Severity.HIGH,
    controls=ncsc("5", "11")
    + caf("C1.c", "C1.f")
    + iso("8.16", "8.20")
    + mcsb("NS-4")
    + policing("protective-monitoring"),
    at=FIREWALL_POLICY,
    fix="Set intrusionDetection.mode to Alert, and to Deny once nothing of the force's own is caught by it.",
    example="""
network.FirewallPolicy("hub", ..., sku={"tier": "Premium"}, intrusion_detection={"mode": "Deny"})
""",
)
def firewall_looks_for_intrusions(policy: Value, *, modes: Allowed[str] = ("Alert", "Deny")) -> Outcome:
    """A firewall that filters by address and port sees an attack as one more permitted connection; its signatures of
    attacks are off until somebody turns them on.
    """
    if policy["sku"]["tier"].text("Standard") != "premium":
        return NotApplicable("only the Premium tier knows signatures of attacks")
    mode = policy["intrusionDetection"]["mode"]
    if mode.text("Off") in {each.lower() for each in modes}:
        return None
    return Fail(mode, list(modes), "Azure's default is Off" if mode.missing else "")


@rule(
    "BL-NET-018",
    "No firewall rule allows everything",
    failure="Firewall rule allows all traffic",
    severity=Severity.CRITICAL,
    controls=FILTERED + cyber_essentials("secure-configuration") + mcsb("NS-3"),
    at=COLLECTIONS,
    estate=True,
    fix="Name the sources, the destinations or the ports that are needed.",
    example="""
network.FirewallPolicyRuleCollectionGroup(
    "records",
    ...,
    rule_collections=[
        network.FirewallPolicyFilterRuleCollectionArgs(
            rule_collection_type="FirewallPolicyFilterRuleCollection",
            name="records",
            action={"type": "Allow"},
            rules=[
                network.NetworkRuleArgs(
                    rule_type="NetworkRule",
                    name="time",
                    ip_protocols=["UDP"],
                    source_addresses=["10.16.4.0/24"],
                    destination_addresses=["10.16.0.0/22"],
                    destination_ports=["123"],
                )
            ],
        )
    ],
)
""",
)
def no_rule_allows_everything(collection: Value, estate: Estate, *, widest: EachAtLeast[int] = WIDEST) -> Outcome:
    """A rule from anywhere to anywhere on any port is no firewall. It is made in an incident, works, and stays."""
    found = everything_of(collection, estate, widest)
    if found is None:
        return None
    entry, others = found
    return Fail(
        entry["destinationPorts"],
        "the ports, sources or destinations that are needed",
        with_others(others, "everything"),
    )


def _joined(estate: Estate) -> Pointers:
    """The networks that are joined to a virtual hub."""
    return pointers(each for hub in estate.of(HUB_CONNECTION) for each in references(hub, "remoteVirtualNetwork.id"))


def _firewalls_own(estate: Estate) -> Pointers:
    """The route tables of the subnets that a firewall stands in."""
    inline = (subnet for network in estate.of(NETWORK) for subnet in places(network, "subnets[*]"))
    found: list[Reference] = []
    for subnet in (*estate.of(SUBNET), *inline):
        try:
            named, doubt = subnet_name(subnet), None
        except UnknownValue as unknown:
            named, doubt = _FIREWALL_SUBNET, unknown.value
        if named == _FIREWALL_SUBNET:
            found += references(subnet, "routeTable.id", doubt)
    return pointers(found)
