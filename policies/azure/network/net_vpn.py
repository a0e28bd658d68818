"""VPN gateways and connections."""

from typing import Final

from bluelamp.policies.azure._controls import IN_TRANSIT
from bluelamp.policies.controls import caf, cyber_essentials, iso, mcsb, ncsc, policing
from bluelamp.policies.model import Severity
from bluelamp.policies.rule import Fail, Must, NotApplicable, Outcome, rule
from bluelamp.policies.tighter import Allowed, Forbidden
from bluelamp.policies.value import Value, some

GATEWAY: Final = "azure-native:network:VirtualNetworkGateway"
SERVER: Final = "azure-native:network:VpnServerConfiguration"
CONNECTION: Final = "azure-native:network:VirtualNetworkGatewayConnection"
HUB_CONNECTION: Final = "azure-native:network:VpnConnection"

_TUNNELS: Final = frozenset({"ipsec", "vnet2vnet"})
_ALGORITHMS: Final = ("ikeEncryption", "ikeIntegrity", "dhGroup", "ipsecEncryption", "ipsecIntegrity", "pfsGroup")


@rule(
    "BL-NET-040",
    "Point-to-site VPN requires Entra ID authentication",
    failure="Point-to-site VPN allows sign-in without Entra ID",
    severity=Severity.HIGH,
    controls=ncsc("10", "12")
    + caf("B2.a", "B4.c")
    + cyber_essentials("user-access-control")
    + iso("8.5")
    + mcsb("IM-6", "NS-9")
    + policing("system-access"),
    at={GATEWAY: "vpnClientConfiguration", SERVER: "properties"},
    fix="Set vpnAuthenticationTypes to AAD alone, with the OpenVPN protocol.",
    example="""
network.VirtualNetworkGateway(
    "vpn",
    ...,
    vpn_client_configuration={"vpn_authentication_types": ["AAD"], "vpn_client_protocols": ["OpenVPN"]},
)
""",
)
def entra_authentication(client: Value, *, allowed: Allowed[str] = ("AAD",)) -> Outcome:
    """A certificate works on any device to which it is copied. An Entra ID account has multi-factor authentication and
    device checks, and is disabled when a person leaves.
    """
    if client.missing:
        return NotApplicable("it has no point-to-site configuration")
    types = client["vpnAuthenticationTypes"]
    if types.missing:
        return Fail(types, list(allowed), "the service's default is Certificate")
    disallowed = some(types.each(), lambda each: each.text() not in {name.lower() for name in allowed})
    return Fail(disallowed, list(allowed)) if disallowed else None


@rule(
    "BL-NET-041",
    "VPN connections use a custom IPsec policy with strong algorithms",
    failure="VPN connection uses default or weak IPsec algorithms",
    severity=Severity.HIGH,
    controls=IN_TRANSIT + mcsb("NS-9"),
    at={CONNECTION: "", HUB_CONNECTION: "vpnLinkConnections[*]"},
    fix="Set ipsecPolicies to AES-256-GCM, SHA-384 and the group ECP384, as in the NCSC's guidance on IPsec.",
    example="""
network.VirtualNetworkGatewayConnection(
    "lloyd-house",
    ...,
    connection_type="IPsec",
    ipsec_policies=[
        {
            "ike_encryption": "GCMAES256",
            "ike_integrity": "SHA384",
            "dh_group": "ECP384",
            "ipsec_encryption": "GCMAES256",
            "ipsec_integrity": "GCMAES256",
            "pfs_group": "ECP384",
            "sa_life_time_seconds": 3600,
            "sa_data_size_kilobytes": 102400000,
        }
    ],
)
""",
)
def strong_ipsec_policy(
    connection: Value,
    *,
    weak: Forbidden[str] = ("None", "DES", "DES3", "MD5", "SHA1", "DHGroup1", "DHGroup2", "PFS1", "PFS2"),
) -> Outcome:
    """Without a custom policy both ends negotiate any algorithm they share. Azure still offers 3DES, SHA-1 and a
    Diffie-Hellman group of 1024 bits.
    """
    is_gateway_s = connection.resource.type.endswith(":VirtualNetworkGatewayConnection")
    if is_gateway_s and connection["connectionType"].text("IPsec") not in _TUNNELS:
        return NotApplicable("it is not a VPN tunnel")
    policies = connection["ipsecPolicies"]
    entries = list(policies.each())
    if not entries:
        return Fail(policies, "a policy", "Azure's default policy includes weak algorithms")
    avoided = {each.lower() for each in weak}
    used = some((entry[name] for entry in entries for name in _ALGORITHMS), lambda each: each.text() in avoided)
    return Fail(used, "a strong algorithm") if used else None


@rule(
    "BL-NET-042",
    "VPN connections use IKEv2",
    must=Must("connectionProtocol", be="IKEv2", default="IKEv2"),
    failure="VPN connection uses IKEv1",
    severity=Severity.MEDIUM,
    controls=IN_TRANSIT + mcsb("NS-8"),
    at=CONNECTION,
    fix="Set connectionProtocol to IKEv2, or leave it out.",
    example='network.VirtualNetworkGatewayConnection("lloyd-house", ..., connection_protocol="IKEv2")',
)
def ikev2() -> None:
    """IKEv1 was retired in 2023 (RFC 9395). Its aggressive mode exposes a hash of the pre-shared key to offline
    guessing.
    """
