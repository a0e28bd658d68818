"""Security rules, firewall rules and route tables."""

from typing import Final

from bluelamp.policies.address_lists import with_others
from bluelamp.policies.addresses import WIDEST
from bluelamp.policies.azure._arm import Pointers, Reference, owner, pointers, references
from bluelamp.policies.azure._controls import CLOSED, FILTERED
from bluelamp.policies.azure.network._filters import (
    RULES,
    SECURITY_GROUP,
    SECURITY_RULE,
    opened_to_everywhere,
    opened_to_internet,
)
from bluelamp.policies.azure.network._firewalls import COLLECTIONS, FIREWALL_POLICY, everything_of
from bluelamp.policies.azure.network._routes import ROUTE, ROUTE_TABLE, leads_to_internet
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
    "Database and file share ports are not open to the Internet",
    failure="A database or file share port is open to the Internet",
    severity=Severity.CRITICAL,
    controls=CLOSED + mcsb("NS-1"),
    at={SECURITY_GROUP: "securityRules[*]", SECURITY_RULE: ""},
    estate=True,
    fix="Set the source to the address range of the clients, or use a private endpoint.",
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
    """Databases, directories and file shares are designed for use within a network. Automated scans find exposed ones
    and exfiltrate or encrypt their data.
    """
    found = opened_to_internet(entry, RULES.family(entry, estate), ports, widest)
    return Fail(found.source, "a specific address range", found.because("one of a data service")) if found else None


@rule(
    "BL-NET-008",
    "Network security groups do not allow all outbound traffic",
    failure="Network security group rule allows all outbound traffic",
    severity=Severity.MEDIUM,
    controls=FILTERED + iso("8.12"),
    at={SECURITY_GROUP: "securityRules[*]", SECURITY_RULE: ""},
    estate=True,
    fix="Restrict the sources, destinations or ports. Route the subnet's other traffic through the firewall.",
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
def not_all_outbound(entry: Value, estate: Estate, *, widest: EachAtLeast[int] = WIDEST) -> Outcome:
    """An attacker needs outbound traffic to load tools and to exfiltrate data. A rule that allows every port to every
    destination removes the control.
    """
    found = opened_to_everywhere(entry, RULES.family(entry, estate), widest)
    if found is None:
        return None
    return Fail(
        found.target,
        "the destinations that are needed",
        with_others(found.others, "all") or "it allows every port",
    )


@rule(
    "BL-NET-009",
    "Subnets have a route table",
    failure="Subnet has no route table",
    severity=Severity.MEDIUM,
    controls=FILTERED + mcsb("NS-3"),
    at={SUBNET: "", NETWORK: "subnets[*]"},
    estate=True,
    fix="Assign a route table that sends outbound traffic through the hub's firewall.",
    example="""
table = network.RouteTable("records", ...)
network.Subnet("records", ..., address_prefix="10.16.4.0/24", route_table={"id": table.id})
""",
)
def subnet_has_route_table(subnet: Value, estate: Estate) -> Outcome:
    """Without a route table a subnet uses Azure's system routes: directly to the Internet and to every peer, bypassing
    the firewall.
    """
    if subnet_name(subnet) in PLATFORM_SUBNETS:
        return NotApplicable(f"Azure manages the routes of {subnet_name(subnet)}")
    table = subnet["routeTable"]
    if not table.missing:
        return None
    network = root(subnet.resource) if subnet.outer else owner(subnet, estate, NETWORK)
    if network is not None and estate.once(_connected_to_hub).reach(network):
        return NotApplicable("the virtual hub that its network is connected to sets its routes")
    return Fail(table, "a route table")


@rule(
    "BL-NET-010",
    "Route tables do not send Internet traffic directly to the Internet",
    failure="Route sends traffic directly to the Internet",
    severity=Severity.HIGH,
    controls=FILTERED + mcsb("NS-3"),
    at={ROUTE_TABLE: "routes[*]", ROUTE: ""},
    estate=True,
    fix="Set nextHopType of the default route to VirtualAppliance, with the firewall's private address.",
    example="""
network.Route(
    "default", ..., address_prefix="0.0.0.0/0", next_hop_type="VirtualAppliance", next_hop_ip_address="10.16.0.4"
)
""",
)
def no_route_to_internet(route: Value, estate: Estate, *, widest: EachAtLeast[int] = WIDEST) -> Outcome:
    """A default route to the Internet bypasses the firewall for the whole subnet: outbound traffic is neither inspected
    nor logged. Only the firewall's own subnet needs one.
    """
    others = leads_to_internet(route, estate, widest)
    if others is None:
        return None
    table = root(route.resource) if route.outer else owner(route, estate, ROUTE_TABLE)
    if table is not None and estate.once(_firewall_route_tables).reach(table):
        return NotApplicable("it is the firewall's own subnet, which requires a route to the Internet")
    return Fail(route["nextHopType"], "VirtualAppliance", with_others(others))


@rule(
    "BL-NET-017",
    "Azure Firewall has intrusion detection (IDPS) enabled",
    failure="Azure Firewall has intrusion detection (IDPS) disabled",
    severity=Severity.HIGH,
    controls=ncsc("5", "11")
    + caf("C1.c", "C1.f")
    + iso("8.16", "8.20")
    + mcsb("NS-4")
    + policing("protective-monitoring"),
    at=FIREWALL_POLICY,
    fix="Set intrusionDetection.mode to Alert, and to Deny once no legitimate traffic matches.",
    example="""
network.FirewallPolicy("hub", ..., sku={"tier": "Premium"}, intrusion_detection={"mode": "Deny"})
""",
)
def intrusion_detection(policy: Value, *, modes: Allowed[str] = ("Alert", "Deny")) -> Outcome:
    """A firewall that filters by address and port only passes an attack like any permitted connection. Signature-based
    detection is off by default.
    """
    if policy["sku"]["tier"].text("Standard") != "premium":
        return NotApplicable("only the Premium tier has intrusion detection")
    mode = policy["intrusionDetection"]["mode"]
    if mode.text("Off") in {each.lower() for each in modes}:
        return None
    return Fail(mode, list(modes), "Azure's default is Off" if mode.missing else "")


@rule(
    "BL-NET-018",
    "Firewall rules do not allow all traffic",
    failure="Firewall rule allows any source, destination and port",
    severity=Severity.CRITICAL,
    controls=FILTERED + cyber_essentials("secure-configuration") + mcsb("NS-3"),
    at=COLLECTIONS,
    estate=True,
    fix="Restrict the sources, the destinations or the ports.",
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
    """A rule from any source to any destination on any port disables the firewall. Such rules are added in an incident
    and then left in place.
    """
    found = everything_of(collection, estate, widest)
    if found is None:
        return None
    entry, others = found
    return Fail(
        entry["destinationPorts"],
        "the ports, sources or destinations that are needed",
        with_others(others, "everything"),
    )


def _connected_to_hub(estate: Estate) -> Pointers:
    """The networks that are connected to a virtual hub."""
    return pointers(each for hub in estate.of(HUB_CONNECTION) for each in references(hub, "remoteVirtualNetwork.id"))


def _firewall_route_tables(estate: Estate) -> Pointers:
    """The route tables of firewall subnets."""
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
