"""Public IP addresses, load balancers, Bastion, DDoS protection, encryption and zone redundancy."""

from typing import Final

from bluelamp.policies.azure._controls import HARDENED, RESILIENT, SUPPORTED
from bluelamp.policies.azure._kin import child
from bluelamp.policies.azure.network._overlaps import network_of, overlap
from bluelamp.policies.azure.network.net_core import (
    FIREWALL,
    INTERFACE,
    NETWORK,
    PLATFORM_SUBNETS,
    SUBNET,
    ranges,
    subnet_name,
)
from bluelamp.policies.controls import caf, cyber_essentials, iso, mcsb, ncsc, policing
from bluelamp.policies.estate import Estate
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, Must, NotApplicable, Outcome, rule
from bluelamp.policies.tighter import Allowed, AtLeast, Required
from bluelamp.policies.value import Value, places, some

PUBLIC_ADDRESS: Final = "azure-native:network:PublicIPAddress"
LOAD_BALANCER: Final = "azure-native:network:LoadBalancer"
BASTION: Final = "azure-native:network:BastionHost"
LOCAL_GATEWAY: Final = "azure-native:network:LocalNetworkGateway"
VPN_SITE: Final = "azure-native:network:VpnSite"
_RESOLVERS: Final = "microsoft.network/dnsresolvers"
APPLICATION_GATEWAY: Final = "azure-native:network:ApplicationGateway"


@rule(
    "BL-NET-011",
    "Network interfaces have IP forwarding disabled",
    must=Must("enableIPForwarding", be=False, default=False),
    failure="Network interface has IP forwarding enabled",
    severity=Severity.MEDIUM,
    controls=ncsc("3", "11") + HARDENED + mcsb("NS-1"),
    at=INTERFACE,
    fix="Leave enableIPForwarding out, unless the virtual machine is a designed firewall or router.",
    example='network.NetworkInterface("records", ..., enable_ip_forwarding=False)',
)
def no_forwarding() -> None:
    """A virtual machine that forwards traffic acts as an unplanned router between networks that were kept apart."""


@rule(
    "BL-NET-012",
    "Virtual networks have a DDoS protection plan",
    must=Must("enableDdosProtection", be=True, default=False),
    failure="Virtual network has no DDoS protection plan",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("2.5", "11") + caf("B5.b") + iso("8.20", "8.6") + mcsb("NS-5") + policing("business-continuity"),
    at=NETWORK,
    fix="Set enableDdosProtection and the force's shared ddosProtectionPlan.",
    example="""
plan = network.DdosProtectionPlan("shared", ...)
network.VirtualNetwork("hub", ..., enable_ddos_protection=True, ddos_protection_plan={"id": plan.id})
""",
)
def ddos() -> None:
    """The default infrastructure protection is sized for the Azure platform. Smaller attacks that it does not mitigate
    can take down a public service of the force.
    """


@rule(
    "BL-NET-013",
    "Virtual networks have encryption enabled",
    failure="Virtual network has encryption disabled",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("1") + caf("B3.b") + iso("8.24") + mcsb("DP-3") + policing("cryptography"),
    at=NETWORK,
    estate=True,
    fix="Set encryption.enabled to true. Virtual machine sizes that support it then encrypt automatically.",
    example="""
network.VirtualNetwork("records", ..., encryption={"enabled": True, "enforcement": "AllowUnencrypted"})
""",
)
def network_encryption(network: Value, estate: Estate) -> Outcome:
    """Without it, traffic between virtual machines crosses Azure's network unencrypted unless the application encrypts
    it.
    """
    if network["encryption"]["enabled"].get(default=False) is True:
        return None
    if _has_resolver_subnet(network, estate):
        return NotApplicable("a virtual network with encryption cannot contain a DNS resolver")
    return Fail(network["encryption"]["enabled"], "true")


def _has_resolver_subnet(network: Value, estate: Estate) -> bool:
    """Whether one of the network's subnets is delegated to DNS resolvers."""
    if some(places(network, "subnets[*]"), _is_delegated_to_resolver):
        return True
    delegated = [subnet for subnet in estate.of(SUBNET) if _is_delegated_to_resolver(subnet)]
    return child(network, "virtualNetworkName", delegated, "virtualNetworkName") is not None


def _is_delegated_to_resolver(subnet: Value) -> bool:
    return bool(some(places(subnet, "delegations[*].serviceName"), lambda each: each.text() == _RESOLVERS))


@rule(
    "BL-NET-015",
    "Public IP addresses do not use the Basic SKU",
    must=Must("sku.name", among=("Standard", "StandardV2"), default="Basic"),
    failure="Public IP address uses the Basic SKU, which is open by default",
    severity=Severity.MEDIUM,
    controls=SUPPORTED + ncsc("11") + cyber_essentials("firewalls"),
    at=PUBLIC_ADDRESS,
    fix="Set sku.name to Standard.",
    example='network.PublicIPAddress("bastion", ..., sku={"name": "Standard"})',
)
def no_basic_public_ip() -> None:
    """A Basic public IP address is open to inbound traffic without a network security group, has no zone redundancy,
    and was retired in September 2025.
    """


@rule(
    "BL-NET-016",
    "Load balancers do not use the Basic SKU",
    must=Must("sku.name", among=("Standard", "Gateway"), default="Basic"),
    failure="Load balancer uses the Basic SKU, which is open by default",
    severity=Severity.MEDIUM,
    controls=SUPPORTED + ncsc("11") + cyber_essentials("firewalls"),
    at=LOAD_BALANCER,
    fix="Set sku.name to Standard.",
    example='network.LoadBalancer("front", ..., sku={"name": "Standard"})',
)
def no_basic_load_balancer() -> None:
    """A Basic load balancer is open to the Internet by default, has no metrics, and was retired in September 2025."""


@rule(
    "BL-NET-020",
    "Bastion has shareable links disabled",
    must=Must("enableShareableLink", be=False, default=False),
    failure="Bastion has shareable links enabled",
    severity=Severity.HIGH,
    controls=ncsc("10", "12")
    + caf("B2.c", "B4.c")
    + iso("8.2", "8.18")
    + mcsb("PA-6")
    + policing("privileged-access-management"),
    at=BASTION,
    fix="Leave enableShareableLink out, or set it to false.",
    example='network.BastionHost("hub", ..., enable_shareable_link=False)',
)
def no_shareable_links() -> None:
    """A shareable link gives access to the virtual machine's sign-in from anywhere without an Azure account: no
    multi-factor authentication, no Conditional Access and no identity in the log.
    """


@rule(
    "BL-NET-014",
    "Subnets apply network security groups to private endpoints",
    failure="Subnet does not apply its network security group to private endpoints",
    severity=Severity.MEDIUM,
    controls=ncsc("3", "11") + caf("B4.a") + cyber_essentials("firewalls") + iso("8.22") + mcsb("NS-1", "NS-2"),
    at={SUBNET: "", NETWORK: "subnets[*]"},
    fix="Set privateEndpointNetworkPolicies to Enabled.",
    example="""
network.Subnet(
    "endpoints", ..., address_prefix="10.16.1.0/26", private_endpoint_network_policies="Enabled"
)
""",
)
def security_groups_apply_to_private_endpoints(
    subnet: Value, *, among: Allowed[str] = ("Enabled", "NetworkSecurityGroupEnabled")
) -> Outcome:
    """By default a subnet's network security group does not filter traffic to private endpoints, so every client in the
    network can reach every database behind them.
    """
    if subnet_name(subnet) in PLATFORM_SUBNETS:
        return NotApplicable(f"{subnet_name(subnet)} holds no private endpoints")
    applied = subnet["privateEndpointNetworkPolicies"]
    if applied.text("Disabled") in {each.lower() for each in among}:
        return None
    return Fail(applied, list(among), "Azure's default is Disabled" if applied.missing else "")


@rule(
    "BL-NET-019",
    "Core network resources are zone-redundant",
    failure="Core network resource is not zone-redundant",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    controls=RESILIENT,
    at=(FIREWALL, PUBLIC_ADDRESS, APPLICATION_GATEWAY),
    fix='Set zones to ["1", "2", "3"]. Azure allows the choice only at creation.',
    example="""
network.PublicIPAddress("bastion", ..., location="uksouth", sku={"name": "Standard"}, zones=["1", "2", "3"])
""",
)
def zone_redundant(place: Value, *, regions: Required[str] = ("uksouth",), least: AtLeast[int] = 2) -> Outcome:
    """In a region with availability zones, a resource in one zone, or in none that was chosen, fails with one data
    centre and disconnects everything that depends on it.
    """
    location = place["location"]
    if location.text().replace(" ", "") not in regions:
        return NotApplicable(f"there are no availability zones in{location.get('its region')}")
    zones = list(place["zones"].each())
    return None if len(zones) >= least else Fail(place["zones"], f"at least {least} zones")


@rule(
    "BL-NET-021",
    "On-premises address ranges do not overlap virtual networks",
    failure="On-premises address range overlaps a virtual network's",
    severity=Severity.HIGH,
    controls=ncsc("5") + caf("B4.a") + iso("8.20") + mcsb("NS-1", "NS-9") + policing("network-security"),
    at={LOCAL_GATEWAY: "localNetworkAddressSpace.addressPrefixes[*]", VPN_SITE: "addressSpace.addressPrefixes[*]"},
    estate=True,
    fix="Set the site's own address ranges, and use ranges that no virtual network has.",
    example="""
network.VirtualNetwork("hub", ..., address_space={"address_prefixes": ["10.16.0.0/22"]})
network.LocalNetworkGateway("lloyd-house", ..., local_network_address_space={"address_prefixes": ["10.200.0.0/16"]})
""",
)
def sites_do_not_overlap(prefix: Value, estate: Estate) -> Outcome:
    """Where a site and a virtual network have the same addresses, traffic reaches the wrong network or none, depending
    on the routes at that time.
    """
    own = network_of(prefix.text())
    if own is None:
        return Fail(prefix, "a range of addresses")

    def shares(other: Value) -> bool:
        theirs = network_of(other.text())
        return theirs is not None and overlap(own, theirs)

    shared = some(estate.once(ranges), shares)
    if shared:
        return Fail(prefix, "a range that no network has", f"overlaps {shared.known} of {shared.resource.name}")
    return None
