"""Networks: what may come in, what may go out, and whose addresses are whose."""

from typing import Final

from bluelamp.policies.addresses import WIDEST
from bluelamp.policies.azure._controls import CLOSED, FILTERED
from bluelamp.policies.azure._filters import RULES, SECURITY_GROUP, SECURITY_RULE, opened_to_internet
from bluelamp.policies.azure._overlaps import last_overlapping, network_of
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
    "No management port is open to the Internet",
    failure="A management port is open to the Internet",
    severity=Severity.CRITICAL,
    controls=ncsc("12") + caf("B4.b", "B4.c") + FILTERED + mcsb("PA-6") + policing("privileged-access-management"),
    at={SECURITY_GROUP: "securityRules[*]", SECURITY_RULE: ""},
    fix="Reach machines through Azure Bastion or the force's VPN, and let the rule name that range as its source.",
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
    """Remote administration that the whole Internet can reach is found within minutes and attacked for ever; a single
    weak password or unpatched server then opens the force's network.
    """
    found = opened_to_internet(entry, RULES.family(entry, estate), ports, widest)
    return Fail(found.source, "a range of your own", found.because("a management port")) if found else None


@rule(
    "BL-NET-002",
    "Every subnet has a network security group",
    failure="Subnet has no network security group",
    severity=Severity.HIGH,
    controls=ncsc("3") + caf("B5.b") + FILTERED,
    at={SUBNET: "", NETWORK: "subnets[*]"},
    fix="Give the subnet a network security group, even one whose default rules are enough today.",
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
    """Without a security group everything inside the network, and everything peered with it, may talk to the subnet:
    one lost machine is then enough to reach all others.
    """
    if subnet_name(subnet) in _NO_SECURITY_GROUP:
        return NotApplicable(f"Azure allows no network security group on {subnet_name(subnet)}")
    group = subnet["networkSecurityGroup"]
    return Fail(group, "a network security group") if group.missing else None


@rule(
    "BL-NET-003",
    "Subnets have no default way out to the Internet",
    failure="Subnet has default outbound access to the Internet",
    severity=Severity.MEDIUM,
    controls=FILTERED,
    at={SUBNET: "", NETWORK: "subnets[*]"},
    fix="Set defaultOutboundAccess to false and route what has to go out through the hub's firewall.",
    example="""
network.Subnet("records", ..., address_prefix="10.16.4.0/24", default_outbound_access=False)
""",
)
def subnet_is_private(subnet: Value) -> Outcome:
    """Azure gives machines in a subnet a public address of its own to go out with unless told not to. Traffic on that
    way passes no firewall and appears in no log.
    """
    if subnet_name(subnet) in PLATFORM_SUBNETS:
        return NotApplicable(f"no machine of yours runs in {subnet_name(subnet)}")
    access = subnet["defaultOutboundAccess"]
    if access.get(True) is False:
        return None
    return Fail(access, False, "Azure's default is true" if access.missing else "")


@rule(
    "BL-NET-004",
    "No network interface has a public address",
    failure="Network interface has a public IP address",
    severity=Severity.HIGH,
    controls=CLOSED,
    at={
        INTERFACE: "ipConfigurations[*].publicIPAddress",
        MACHINE: f"networkProfile.{_CONFIGURED}",
        SCALE_SET: f"virtualMachineProfile.networkProfile.{_CONFIGURED}",
        f"{SCALE_SET}VM": f"networkProfileConfiguration.{_CONFIGURED}",
    },
    fix="Remove the public address: publish through Application Gateway or the firewall, administer through Bastion.",
    example="""
network.NetworkInterface("records", ..., ip_configurations=[{"name": "main", "subnet": {"id": "/…/subnets/records"}}])
""",
)
def interface_has_no_public_address(address: Value) -> Outcome:
    """A public address on an interface bypasses the hub: no firewall, no inspection, no record of who came."""
    return None if address.missing else Fail(address, "no public address")


@rule(
    "BL-NET-005",
    "The firewall denies known malicious addresses",
    failure="Firewall does not deny traffic from known malicious addresses",
    severity=Severity.HIGH,
    controls=ncsc("5", "11")
    + caf("C1.f")
    + cyber_essentials("firewalls")
    + iso("5.7", "8.20", "8.23")
    + mcsb("NS-3", "LT-1"),
    at=(FIREWALL_POLICY, FIREWALL),
    fix="Set threatIntelMode to Deny on the firewall policy, or on a firewall that has no policy.",
    example="""
network.FirewallPolicy("hub", ..., threat_intel_mode="Deny")
""",
)
def firewall_denies_known_threats(firewall: Value) -> Outcome:
    """Azure Firewall knows the addresses and domains of command-and-control servers; by default it only raises an
    alert and lets the traffic pass.
    """
    is_firewall = firewall.resource.type.endswith(":AzureFirewall")
    if is_firewall and not firewall["firewallPolicy"].missing:
        return NotApplicable("its firewall policy decides, and is judged itself")
    mode = firewall["threatIntelMode"]
    if mode.text("Alert") == "deny":
        return None
    return Fail(mode, "Deny", "Azure's default is Alert" if mode.missing else "")


@rule(
    "BL-NET-006",
    "Networks do not share addresses",
    failure="Virtual network address ranges overlap",
    severity=Severity.HIGH,
    controls=ncsc("5") + caf("B4.a") + iso("8.20") + mcsb("NS-1") + policing("network-security"),
    at=NETWORK,
    fix="Take the network's range from the force's own allocation, where no other network has it.",
    example="""
network.VirtualNetwork("hub", ..., address_space={"address_prefixes": ["10.16.0.0/22"]})
network.VirtualNetwork("records", ..., address_space={"address_prefixes": ["10.16.4.0/24"]})
""",
)
def networks_do_notoverlap(network: Value, estate: Estate) -> Outcome:
    """Networks with the same addresses can never be connected: neither peered, nor behind one VPN, nor joined when two
    forces merge. Renumbering later means rebuilding everything in them.
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
    """Raises `UnknownValue` where a range is not known yet, which might overlap any other."""
    some(estate.once(ranges), lambda each: each.known is None)


def _overlapping(estate: Estate) -> dict[str, str]:
    """Each range that overlaps one of another network, with the last one that it overlaps."""
    given = estate.once(ranges)
    texts = [str(prefix.raw) for prefix in given]
    others = last_overlapping(
        [(network_of(text), prefix.resource.urn) for text, prefix in zip(texts, given, strict=True)]
    )
    # Where several networks have one range, the last pair of networks counts.
    pairs = sorted(others.items(), key=lambda pair: (min(pair), max(pair), pair[0]))
    return {texts[one]: f"{texts[other]} of {given[other].resource.name}" for one, other in pairs}


def subnet_name(subnet: Value) -> str:
    """The name, in lower case, of a subnet that stands by itself or in its network."""
    named = subnet["name"]
    return (subnet["subnetName"] if named.raw is None else named).text()
