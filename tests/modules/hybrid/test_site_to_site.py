import pytest
from planned import Planned, plan

from bluelamp.modules.hybrid.site_to_site import SiteToSite, VirtualWanSite
from bluelamp.rehearsal.values import Secret

KEY = "k" * 40
DEVICES = [
    {"address": "198.51.100.10", "bgp_address": "10.144.255.1"},
    {"address": "203.0.113.10", "bgp_address": "10.144.255.2"},
]
ARGS = {
    "location": "uksouth",
    "resource_group_name": "rg",
    "site": "headquarters",
    "vpn_gateway_id": "/id/gateway",
    "asn": 65010,
    "devices": DEVICES,
    "shared_key": KEY,
}
WITHOUT_KEY = {key: value for key, value in ARGS.items() if key != "shared_key"}
VAULT = {"vault_name": "kv", "resource_group_name": "rg-security"}
STRONGEST = {
    "ikeEncryption": "GCMAES256",
    "ikeIntegrity": "SHA384",
    "dhGroup": "ECP384",
    "ipsecEncryption": "GCMAES256",
    "ipsecIntegrity": "GCMAES256",
    "pfsGroup": "ECP384",
    "saLifeTimeSeconds": 3600,
    "saDataSizeKilobytes": 102400000,
}


def site(label, **more) -> Planned:
    return plan(lambda: SiteToSite("headquarters", {"label": label, **ARGS, **more}))


def raw(made: Planned, type_: str) -> dict:
    """The inputs of the first resource of the type, secrets marked as such."""
    return dict(next(each.inputs for each in made.resources if each.type.endswith(f":{type_}")))


def test_each_device_has_a_connection_with_bgp_and_the_strongest_algorithms_only(label):
    made = site(label)
    connections = made.of("network:VirtualNetworkGatewayConnection")
    assert len(connections) == len(made.of("network:LocalNetworkGateway")) == 2
    for connection in connections:
        assert connection["ipsecPolicies"] == [STRONGEST]
        assert (connection["connectionProtocol"], connection["enableBgp"]) == ("IKEv2", True)
        assert connection["virtualNetworkGateway1"] == {"id": "/id/gateway"}
    local = made.one("network:LocalNetworkGateway", gatewayIpAddress="203.0.113.10")
    assert local["bgpSettings"] == {"asn": 65010, "bgpPeeringAddress": "10.144.255.2"}
    assert "localNetworkAddressSpace" not in local


def test_a_given_key_becomes_a_secret(label):
    assert raw(site(label), "network:VirtualNetworkGatewayConnection")["sharedKey"] == Secret(KEY)


def test_a_generated_key_is_stored_in_the_vault_only(label):
    made = plan(lambda: SiteToSite("hq", {"label": label, **WITHOUT_KEY, "key_vault": VAULT}))
    secret = made.one("keyvault:Secret")
    assert (secret["vaultName"], secret["secretName"]) == ("kv", "vpn-headquarters")
    assert isinstance(raw(made, "network:VirtualNetworkGatewayConnection")["sharedKey"], Secret)
    assert made.one("index/randomPassword:RandomPassword")["length"] == 64


def test_a_key_expires_on_its_last_day_and_the_next_number_makes_a_new_one(label):
    vault = {**VAULT, "expires_on": "2027-11-30", "number": 2}
    made = plan(lambda: SiteToSite("hq", {"label": label, **WITHOUT_KEY, "key_vault": vault}))
    assert made.one("keyvault:Secret")["properties"]["attributes"]["expires"] == 1827619199
    assert "hq-key-2" in {resource.name for resource in made.resources}


def test_the_expiry_of_a_key_is_a_date(label):
    vault = {**VAULT, "expires_on": "next year"}
    with pytest.raises(ValueError, match=r"hq: key_vault\.expires_on is 'next year'; use a date such as 2027-11-30"):
        plan(lambda: SiteToSite("hq", {"label": label, **WITHOUT_KEY, "key_vault": vault}))


def test_a_site_of_a_virtual_wan_has_a_link_for_each_device(label):
    args = {key: value for key, value in WITHOUT_KEY.items() if key != "vpn_gateway_id"}
    more = {"virtual_wan_id": "/id/wan", "vpn_gateway_name": "vpng", "shared_key": KEY}
    made = plan(lambda: VirtualWanSite("hq", {"label": label, **args, **more}))
    links = made.one("network:VpnSite")["vpnSiteLinks"]
    assert [link["ipAddress"] for link in links] == ["198.51.100.10", "203.0.113.10"]
    connections = raw(made, "network:VpnConnection")["vpnLinkConnections"]
    assert [connection["ipsecPolicies"] for connection in connections] == [[STRONGEST], [STRONGEST]]
    assert all(connection["sharedKey"] == Secret(KEY) for connection in connections)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"site": "Head Quarters"}, "site is 'Head Quarters'; use lower-case letters, digits and hyphens"),
        ({"asn": 65515}, "asn is 65515, which is reserved; use a private one of the site's own such as 65010"),
        ({"devices": []}, "devices has 0; allowed are 1 to 4"),
        ({"devices": [{**DEVICES[0], "address": "10.1.1.1"}]}, "devices[0].address is 10.1.1.1, which is private"),
        ({"devices": [{**DEVICES[0], "address": "vpn.wmp"}]}, "devices[0].address is 'vpn.wmp', which is not an IPv4"),
        ({"devices": [DEVICES[0], DEVICES[0]]}, "devices: address 198.51.100.10 is listed more than once"),
        ({"key_vault": VAULT}, "one of shared_key (a secret) and key_vault"),
        ({"shared_key": "short"}, "shared_key has 5 characters, at least 32 are needed"),
        ({"devices": [{"address": "198.51.100.10"}]}, "devices[0].bgp_address is required"),
    ],
)
def test_a_wrong_argument_of_a_site_is_named_and_no_key_is_shown(label, change, message):
    with pytest.raises(ValueError, match="headquarters") as caught:
        site(label, **change)
    assert message in str(caught.value)
    assert KEY not in str(caught.value)


def test_a_site_of_a_virtual_wan_is_checked_too(label):
    args = {key: value for key, value in ARGS.items() if key != "vpn_gateway_id"}
    wrong = {**args, "virtual_wan_id": "/id", "vpn_gateway_name": "vpng", "asn": 23456}
    with pytest.raises(ValueError, match="VirtualWanSite 'hq': asn is 23456, which is reserved"):
        plan(lambda: VirtualWanSite("hq", {"label": label, **wrong}))
