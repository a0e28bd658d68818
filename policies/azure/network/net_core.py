"""Subnets, network interfaces, management ports, threat intelligence and address ranges."""

from typing import Final

from bluelamp.policies.addresses import WIDEST
from bluelamp.policies.azure._controls import CLOSED, FILTERED
from bluelamp.policies.azure.network._filters import RULES, SECURITY_GROUP, SECURITY_RULE, opened_to_internet
from bluelamp.policies.azure.network._overlaps import last_overlapping, network_of
from bluelamp.policies.controls import caf, cyber_essentials, iso, mcsb, ncsc, policing
from bluelamp.policies.estate import Estate
from bluelamp.policies.model import Severity
from bluelamp.policies.rule import Fail, NotApplicable, Outcome, rule
from bluelamp.policies.tighter import EachAtLeast, Forbidden
from bluelamp.policies.value import Value, places, some

SUBNET: Final = "azure-native:network:Subnet"
NETWORK: Final = "azure-native:network:VirtualNetwork"
INTERFACE: Final = "azure-native:network:NetworkInterface"
MACHINE: Final = "azure-native:compute:VirtualMachine"
SCALE_SET: Final = "azure-native:compute:VirtualMachineScaleSet"
FIREWALL: Final = "azure-native:network:AzureFirewall"
FIREWALL_POLICY: Final = "azure-native:network:FirewallPolicy"

_CONFIGURED: Final = "networkInterfaceConfigurations[*].ipConfigurations[*].publicIPAddressConfiguration"
_RANGES: Final = "addressSpace.addressPrefixes[*]"
_NO_SECURITY_GROUP: Final = frozenset(
    {"azurefirewallsubnet", "azurefirewallmanagementsubnet", "gatewaysubnet", "routeserversubnet"}
)
PLATFORM_SUBNETS: Final = _NO_SECURITY_GROUP | {"azurebastionsubnet"}
"""The subnets that belong to one of Azure's own services, by their fixed names."""


@rule(
    "BL-NET-001",
    "Management ports are not open to the Internet",
    failure="A management port is open to the Internet",
    severity=Severity.CRITICAL,
    controls=ncsc("12") + caf("B4.b", "B4.c") + FILTERED + mcsb("PA-6") + policing("privileged-access-management"),
    at={SECURITY_GROUP: "securityRules[*]", SECURITY_RULE: ""},
    estate=True,
    fix="Use Azure Bastion or the force's VPN, and set their address range as the rule's source.",
    example="""
network.SecurityRule(
    "ssh-from-bastion",
    ...,
    access="Allow",
    direction="Inbound",
    protocol="Tcp",
    source_address_prefix="10.16.0.64/26",
    destination_port_range="22",
)
""",
)
def no_management_port_from_internet(
    entry: Value,
    estate: Estate,
    *,
    ports: Forbidden[int] = (22, 3389, 5985, 5986),
    widest: EachAtLeast[int] = WIDEST,
) -> Outcome:
    """Internet-facing management ports such as SSH and RDP are found within minutes and attacked continuously. One weak
    password or unpatched server then gives access to the force's network.
    """
    found = opened_to_internet(entry, RULES.family(entry, estate), ports, widest)
    return Fail(found.source, "a specific address range", found.because("a management port")) if found else None


@rule(
    "BL-NET-002",
    "Subnets have a network security group",
    failure="Subnet has no network security group",
    severity=Severity.HIGH,
    controls=ncsc("3") + caf("B5.b") + FILTERED,
    at={SUBNET: "", NETWORK: "subnets[*]"},
    fix="Assign a network security group to the subnet, even if the default rules are enough today.",
    example="""
network.Subnet(
    "records",
    ...,
    address_prefix="10.16.4.0/24",
    network_security_group={"id": "/subscriptions/s/resourceGroups/rg/providers/p/networkSecurityGroups/nsg-records"},
)
""",
)
def subnet_has_security_group(subnet: Value) -> Outcome:
    """Without a network security group, every resource in the network and in peered networks can reach the subnet. One
    compromised virtual machine can then attack all others.
    """
    if subnet_name(subnet) in _NO_SECURITY_GROUP:
        return NotApplicable(f"Azure allows no network security group on {subnet_name(subnet)}")
    group = subnet["networkSecurityGroup"]
    return Fail(group, "a network security group") if group.missing else None


@rule(
    "BL-NET-003",
    "Subnets have default outbound access disabled",
    failure="Subnet has default outbound access enabled",
    severity=Severity.MEDIUM,
    controls=FILTERED,
    at={SUBNET: "", NETWORK: "subnets[*]"},
    fix="Set defaultOutboundAccess to false and route outbound traffic through the hub's firewall.",
    example="""
network.Subnet("records", ..., address_prefix="10.16.4.0/24", default_outbound_access=False)
""",
)
def no_default_outbound_access(subnet: Value) -> Outcome:
    """With default outbound access, Azure assigns a public address for outbound traffic. That traffic passes no
    firewall and appears in no log.
    """
    if subnet_name(subnet) in PLATFORM_SUBNETS:
        return NotApplicable(f"{subnet_name(subnet)} holds no virtual machines of the force")
    access = subnet["defaultOutboundAccess"]
    if access.get(True) is False:
        return None
    return Fail(access, False, "Azure's default is true" if access.missing else "")


@rule(
    "BL-NET-004",
    "Network interfaces have no public IP address",
    failure="Network interface has a public IP address",
    severity=Severity.HIGH,
    controls=CLOSED,
    at={
        INTERFACE: "ipConfigurations[*].publicIPAddress",
        MACHINE: f"networkProfile.{_CONFIGURED}",
        SCALE_SET: f"virtualMachineProfile.networkProfile.{_CONFIGURED}",
        f"{SCALE_SET}VM": f"networkProfileConfiguration.{_CONFIGURED}",
    },
    fix="""Remove the public IP address. Publish through Application Gateway or the firewall, and administer through
    Bastion.""",
    example="""
network.NetworkInterface("records", ..., ip_configurations=[{"name": "main", "subnet": {"id": "/…/subnets/records"}}])
""",
)
def interface_has_no_public_address(address: Value) -> Outcome:
    """A public IP address on a network interface bypasses the hub: no firewall, no inspection and no log of
    connections.
    """
    return None if address.missing else Fail(address, "no public IP address")


@rule(
    "BL-NET-005",
    "Azure Firewall denies traffic by threat intelligence",
    failure="Azure Firewall does not deny traffic by threat intelligence",
    severity=Severity.HIGH,
    controls=ncsc("5", "11")
    + caf("C1.f")
    + cyber_essentials("firewalls")
    + iso("5.7", "8.20", "8.23")
    + mcsb("NS-3", "LT-1"),
    at=(FIREWALL_POLICY, FIREWALL),
    fix="Set threatIntelMode to Deny on the firewall policy, or on a firewall without a policy.",
    example="""
network.FirewallPolicy("hub", ..., threat_intel_mode="Deny")
""",
)
def threat_intelligence_denies(firewall: Value) -> Outcome:
    """Azure Firewall has a feed of addresses and domains of command-and-control servers. By default it raises an alert
    and passes the traffic.
    """
    is_firewall = firewall.resource.type.endswith(":AzureFirewall")
    if is_firewall and not firewall["firewallPolicy"].missing:
        return NotApplicable("its firewall policy sets the mode and is judged separately")
    mode = firewall["threatIntelMode"]
    if mode.text("Alert") == "deny":
        return None
    return Fail(mode, "Deny", "Azure's default is Alert" if mode.missing else "")


@rule(
    "BL-NET-006",
    "Virtual network address ranges do not overlap",
    failure="Virtual network address range overlaps another",
    severity=Severity.HIGH,
    controls=ncsc("5") + caf("B4.a") + iso("8.20") + mcsb("NS-1") + policing("network-security"),
    at=NETWORK,
    estate=True,
    fix="Allocate a range from the force's address plan that no other network uses.",
    example="""
network.VirtualNetwork("hub", ..., address_space={"address_prefixes": ["10.16.0.0/22"]})
network.VirtualNetwork("records", ..., address_space={"address_prefixes": ["10.16.4.0/24"]})
""",
)
def networks_do_not_overlap(network: Value, estate: Estate) -> Outcome:
    """Networks with overlapping ranges cannot be peered, connected by VPN, or joined when two forces merge. Renumbering
    means rebuilding everything in them.
    """
    overlapping = estate.once(_overlapping)
    prefix = some(places(network, _RANGES), lambda each: str(each.known) in overlapping)
    if prefix:
        return Fail(prefix, "a range that no other network has", f"overlaps {overlapping[str(prefix.known)]}")
    estate.once(_unknown_range)
    return None


def ranges(estate: Estate) -> list[Value]:
    """The address ranges of every virtual network."""
    return [prefix for network in estate.of(NETWORK) for prefix in places(network, _RANGES)]


def _unknown_range(estate: Estate) -> None:
    """Raise `UnknownValue` if a range is not known yet, because it might overlap any other."""
    some(estate.once(ranges), lambda each: each.known is None)


def _overlapping(estate: Estate) -> dict[str, str]:
    """Map each range that overlaps a range of another network to the last range that it overlaps."""
    prefixes = estate.once(ranges)
    texts = [str(prefix.raw) for prefix in prefixes]
    others = last_overlapping([(network_of(str(prefix.raw)), prefix.resource.urn) for prefix in prefixes])
    # If several networks have the same range, the last pair of networks counts.
    pairs = sorted(others.items(), key=lambda pair: (min(pair), max(pair), pair[0]))
    return {texts[one]: f"{texts[other]} of {prefixes[other].resource.name}" for one, other in pairs}


def subnet_name(subnet: Value) -> str:
    """The lower-case name of a subnet, whether it is a resource or is inline in its network."""
    named = subnet["name"]
    return (subnet["subnetName"] if named.raw is None else named).text()
