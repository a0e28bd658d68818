import pytest
from planned import Planned, plan

from bluelamp.modules.azure.virtual_wan import VirtualHub, VirtualWan

ARGS = {
    "location": "uksouth",
    "resource_group_name": "rg",
    "virtual_wan_id": "/id/wan",
    "address_space": "10.61.0.0/23",
    "firewall_policy_id": "/id/policy",
    "workspace_id": "/id/logs",
}


def hub(label, **more) -> Planned:
    return plan(lambda: VirtualHub("hub", {"label": label, **ARGS, **more}))


def test_all_traffic_passes_a_virtual_hubs_firewall(label):
    made = hub(label)
    wall = made.one("network:AzureFirewall")
    assert wall["sku"] == {"name": "AZFW_Hub", "tier": "Premium"}
    assert wall["firewallPolicy"] == {"id": "/id/policy"}
    policies = made.one("network:RoutingIntent")["routingPolicies"]
    assert {each["destinations"][0] for each in policies} == {"Internet", "PrivateTraffic"}


def test_a_virtual_hubs_gateways_wait_for_its_routing_and_log(label):
    made = hub(label, vpn_scale_units=2, express_route_scale_units=1)
    assert made.one("network:VpnGateway")["vpnGatewayScaleUnit"] == 2
    assert made.one("network:ExpressRouteGateway")["autoScaleConfiguration"] == {"bounds": {"max": 10, "min": 1}}
    assert made.one("network:VirtualHub")["hubRoutingPreference"] == "ExpressRoute"
    for gateway in ("hub-vpn", "hub-express-route"):
        assert "hub-routing-intent" in made.waits_for[gateway]
    assert len(made.of("monitor:DiagnosticSetting")) == 3


def test_one_wan_can_have_two_virtual_hubs(label):
    def program() -> None:
        wan = VirtualWan("wan", {"label": label, "location": "uksouth", "resource_group_name": "rg"})
        both = {"label": label, **ARGS, "virtual_wan_id": wan.virtual_wan_id}
        VirtualHub("hub", both)
        VirtualHub("hub-west", {**both, "location": "ukwest", "address_space": "10.125.0.0/23"})

    made = plan(program)
    assert made.one("network:VirtualWan")["type"] == "Standard"
    assert {each["virtualHubName"] for each in made.of("network:VirtualHub")} == {
        "vhub-hub-wmp-prod-uks",
        "vhub-hub-wmp-prod-ukw",
    }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"address_space": "10.61.0.0/26"}, "address_space is 10.61.0.0/26; at least a /24 is needed"),
        ({"address_space": "10.61.0.0"}, "address_space is 10.61.0.0/32; at least a /24 is needed"),
        ({"firewall_tier": "Basic"}, "firewall_tier is 'Basic'; allowed are Standard and Premium"),
        (
            {"vpn_scale_units": 21, "public_addresses": 0},
            "vpn_scale_units is 21; allowed are 0 to 20; public_addresses",
        ),
        ({"express_route_scale_units": 11}, "express_route_scale_units is 11; allowed are 0 to 10"),
        ({"firewall_policy": "/id"}, "firewall_policy is not an argument; did you mean firewall_policy_id?"),
    ],
)
def test_a_wrong_argument_of_a_virtual_hub_is_named(label, change, message):
    with pytest.raises(ValueError, match="VirtualHub 'hub'") as caught:
        hub(label, **change)
    assert message in str(caught.value)


def test_a_wrong_argument_of_a_virtual_wan_is_named(label):
    with pytest.raises(ValueError, match="VirtualWan 'wan': resource_group_name is required"):
        plan(lambda: VirtualWan("wan", {"label": label, "location": "uksouth"}))
