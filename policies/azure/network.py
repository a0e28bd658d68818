"""Networks: what may come in, what may go out, and whose addresses are whose."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from itertools import combinations
from typing import Final

from policies.controls import caf, ncsc
from policies.estate import Estate
from policies.model import Severity
from policies.rule import Fail, NotApplicable, Outcome, rule
from policies.tighter import Forbidden
from policies.value import Value, all_of, places, some

SECURITY_GROUP: Final = "azure-native:network:NetworkSecurityGroup"
SECURITY_RULE: Final = "azure-native:network:SecurityRule"
SUBNET: Final = "azure-native:network:Subnet"
NETWORK: Final = "azure-native:network:VirtualNetwork"
INTERFACE: Final = "azure-native:network:NetworkInterface"
FIREWALL: Final = "azure-native:network:AzureFirewall"
FIREWALL_POLICY: Final = "azure-native:network:FirewallPolicy"

_RANGES: Final = "addressSpace.addressPrefixes[*]"
_EVERYWHERE: Final = frozenset({"*", "any", "internet"})
_WIDEST_RANGE: Final = {4: 8, 6: 16}
_NO_SECURITY_GROUP: Final = frozenset(
    {"azurefirewallsubnet", "azurefirewallmanagementsubnet", "gatewaysubnet", "routeserversubnet"}
)
_PLATFORM: Final = _NO_SECURITY_GROUP | {"azurebastionsubnet"}


@rule(
    "BL-NET-001",
    "No management port is open to the Internet",
    severity=Severity.CRITICAL,
    controls=ncsc("11", "12") + caf("B4.b", "B4.c"),
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
def no_management_port_from_internet(entry: Value, *, ports: Forbidden[int] = (22, 3389, 5985, 5986)) -> Outcome:
    """Remote administration that the whole Internet can reach is found within minutes and attacked for ever; a single
    weak password or unpatched server then opens the force's network.
    """
    sources = [entry["sourceAddressPrefix"], *entry["sourceAddressPrefixes"].each()]
    targets = [entry["destinationPortRange"], *entry["destinationPortRanges"].each()]
    found = all_of(
        lambda: entry if entry["direction"].text() == "inbound" else None,
        lambda: entry if entry["access"].text() == "allow" else None,
        lambda: entry if entry["protocol"].text("*") in {"*", "tcp", "udp"} else None,
        lambda: some(targets, lambda each: _includes(each.text(), ports)),
        lambda: some(sources, lambda each: _is_internet(each.text())),
    )
    if not found:
        return None
    *_, target, source = found
    return Fail(source, "a range of your own", f"opens port {target.known}, which includes a management port")


@rule(
    "BL-NET-002",
    "Every subnet has a network security group",
    severity=Severity.HIGH,
    controls=ncsc("3", "11") + caf("B4.a", "B5.b"),
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
    if _subnet_name(subnet) in _NO_SECURITY_GROUP:
        return NotApplicable(f"Azure allows no network security group on {_subnet_name(subnet)}")
    group = subnet["networkSecurityGroup"]
    return Fail(group, "a network security group") if group.missing else None


@rule(
    "BL-NET-003",
    "Subnets have no default way out to the Internet",
    severity=Severity.MEDIUM,
    controls=ncsc("11") + caf("B4.a"),
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
    if _subnet_name(subnet) in _PLATFORM:
        return NotApplicable(f"no machine of yours runs in {_subnet_name(subnet)}")
    access = subnet["defaultOutboundAccess"]
    if access.get(True) is False:
        return None
    return Fail(access, False, "Azure's default is true" if access.missing else "")


@rule(
    "BL-NET-004",
    "No network interface has a public address",
    severity=Severity.HIGH,
    controls=ncsc("11") + caf("B4.a"),
    at={INTERFACE: "ipConfigurations[*].publicIPAddress"},
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
    severity=Severity.HIGH,
    controls=ncsc("5", "11") + caf("C1.f"),
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
    severity=Severity.HIGH,
    controls=ncsc("5") + caf("B4.a"),
    at=NETWORK,
    fix="Take the network's range from the force's own allocation, where no other network has it.",
    example="""
network.VirtualNetwork("hub", ..., address_space={"address_prefixes": ["10.16.0.0/22"]})
network.VirtualNetwork("records", ..., address_space={"address_prefixes": ["10.16.4.0/24"]})
""",
)
def networks_do_not_overlap(network: Value, estate: Estate) -> Outcome:
    """Networks with the same addresses can never be connected: neither peered, nor behind one VPN, nor joined when two
    forces merge. Renumbering later means rebuilding everything in them.
    """
    overlapping = estate.once(_overlapping)
    prefix = some(places(network, _RANGES), lambda each: str(each.known) in overlapping)
    if prefix:
        return Fail(prefix, "a range that no other network has", f"overlaps {overlapping[str(prefix.known)]}")
    some(estate.once(_ranges), lambda each: each.known is None)  # one that is not known yet might overlap
    return None


def _ranges(estate: Estate) -> list[Value]:
    return [prefix for network in estate.of(NETWORK) for prefix in places(network, _RANGES)]


def _overlapping(estate: Estate) -> dict[str, str]:
    """Each range that overlaps one of another network, with what it overlaps."""
    ranges = [(prefix.resource, str(prefix.raw), _network(str(prefix.raw))) for prefix in estate.once(_ranges)]
    found: dict[str, str] = {}
    for (one, text, range_), (other, other_text, other_range) in combinations(ranges, 2):
        if one.urn != other.urn and range_ and other_range and _overlap(range_, other_range):
            found[text] = f"{other_text} of {other.name}"
            found[other_text] = f"{text} of {one.name}"
    return found


def _overlap(one: IPv4Network | IPv6Network, other: IPv4Network | IPv6Network) -> bool:
    return one.version == other.version and one.overlaps(other)


def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _is_internet(source: str) -> bool:
    """Whether `source` is any spelling of everybody: a tag, a star, or a range too wide to be somebody's own."""
    if source in _EVERYWHERE:
        return True
    range_ = _network(source)
    return range_ is not None and range_.prefixlen < _WIDEST_RANGE[range_.version]


def _includes(port_range: str, ports: tuple[int, ...]) -> bool:
    """Whether `port_range` (`*`, `22` or `3000-4000`) includes one of `ports`."""
    if port_range == "*":
        return True
    low, _, high = port_range.partition("-")
    if not low.strip().isdigit():
        return False
    return any(int(low) <= port <= int(high or low) for port in ports)


def _subnet_name(subnet: Value) -> str:
    named = subnet["subnetName"]
    return (subnet["name"] if named.raw is None else named).text()
