import pytest
from planned import Planned, plan

from bluelamp.modules.azure.gateways import Gateways

ARGS = {"location": "uksouth", "resource_group_name": "rg", "subnet_id": "/id/subnet", "workspace_id": "/id/logs"}


def gateways(label, **more) -> Planned:
    return plan(lambda: Gateways("gateways", {"label": label, **ARGS, **more}))


def test_a_vpn_gateway_has_two_active_instances_in_every_zone(label):
    made = gateways(label, vpn={"size": 3, "asn": 65010})
    gateway = made.one("network:VirtualNetworkGateway")
    assert (gateway["activeActive"], gateway["enableBgp"], gateway["bgpSettings"]["asn"]) == (True, True, 65010)
    assert gateway["sku"] == {"name": "VpnGw3AZ", "tier": "VpnGw3AZ"}
    assert len(gateway["ipConfigurations"]) == len(made.of("network:PublicIPAddress")) == 2
    assert all(address["zones"] == ["1", "2", "3"] for address in made.of("network:PublicIPAddress"))


def test_both_gateways_are_created_one_after_the_other_and_everything_logs(label):
    made = gateways(label, vpn={}, express_route={})
    assert "gateways-vpn" in made.waits_for["gateways-express-route"]
    assert len(made.of("monitor:DiagnosticSetting")) == 5  # two gateways, three addresses


@pytest.mark.parametrize(("location", "sku"), [("uksouth", "ErGw2AZ"), ("ukwest", "HighPerformance")])
def test_an_express_route_gateway_is_in_every_available_zone(label, location, sku):
    made = gateways(label, location=location, express_route={"size": 2})
    assert made.one("network:VirtualNetworkGateway")["sku"]["name"] == sku
    assert made.one("network:PublicIPAddress").get("zones") == (["1", "2", "3"] if location == "uksouth" else None)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({}, "at least one of vpn and express_route is required"),
        ({"vpn": {"size": 6}}, "vpn.size is 6; allowed are 1 to 5"),
        ({"vpn": {"asn": 12076}}, "vpn.asn is 12076, which is reserved"),
        (
            {"vpn": {"size": 0}, "express_route": {"size": 4}},
            "vpn.size is 0; allowed are 1 to 5; express_route.size is 4",
        ),
        ({"vpn": {"bgp_asn": 65010}}, "vpn.bgp_asn is not an argument; did you mean asn?"),
    ],
)
def test_a_wrong_argument_of_the_gateways_is_named(label, change, message):
    with pytest.raises(ValueError, match="Gateways 'gateways'") as caught:
        gateways(label, **change)
    assert message in str(caught.value)
