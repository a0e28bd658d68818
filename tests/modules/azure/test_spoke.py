import pytest
from planned import Planned, plan

from bluelamp.modules.azure.gateways import Gateways
from bluelamp.modules.azure.spoke import Spoke
from bluelamp.rehearsal.values import UNKNOWN

SPOKE = {
    "location": "uksouth",
    "resource_group_name": "rg-spoke",
    "workload": "records",
    "address_space": "10.61.4.0/24",
    "workspace_id": "/id/logs",
}
HUB = {
    "virtual_network_id": "/id/hub",
    "virtual_network_name": "vnet-hub",
    "resource_group_name": "rg-hub",
    "firewall_address": "10.61.0.4",
}
FLOWS = {
    "watcher_name": "nw",
    "watcher_resource_group_name": "rg-watch",
    "storage_id": "/id/storage",
    "identity_id": "/id/identity",
}


def spoke(label, **more) -> Planned:
    return plan(lambda: Spoke("records", {"label": label, **SPOKE, **more}))


def test_a_spoke_is_peered_in_both_directions_and_offers_no_gateway(label):
    made = spoke(label, hub=HUB)
    inward = made.one("network:VirtualNetworkPeering", virtualNetworkName="vnet-hub")
    outward = made.one("network:VirtualNetworkPeering", virtualNetworkName="vnet-records-wmp-prod-uks")
    assert (inward["resourceGroupName"], outward["resourceGroupName"]) == ("rg-hub", "rg-spoke")
    assert outward["remoteVirtualNetwork"] == {"id": "/id/hub"}
    assert outward["allowForwardedTraffic"] is inward["allowForwardedTraffic"] is True
    assert outward["useRemoteGateways"] is inward["useRemoteGateways"] is inward["allowGatewayTransit"] is False


def test_a_spoke_that_uses_the_hubs_gateway_waits_for_it(label):
    def program() -> None:
        where = {"label": label, "location": "uksouth", "resource_group_name": "rg-hub", "workspace_id": "/id/logs"}
        gateways = Gateways("gateways", {**where, "subnet_id": "/id/subnet", "vpn": {}})
        Spoke("records", {"label": label, **SPOKE, "hub": {**HUB, "gateway_id": gateways.vpn_gateway_id}})

    made = plan(program)
    outward = made.one("network:VirtualNetworkPeering", virtualNetworkName="vnet-records-wmp-prod-uks")
    assert outward["useRemoteGateways"] is True
    assert made.one("network:VirtualNetworkPeering", virtualNetworkName="vnet-hub")["allowGatewayTransit"] is True
    assert "gateways-vpn" in made.waits_for["records-peering-to-hub"]
    assert "records-peering-from-hub" in made.waits_for["records-peering-to-hub"]


def test_all_outbound_traffic_and_dns_of_a_spoke_go_through_the_firewall(label):
    made = spoke(label, hub=HUB)
    routes = made.one("network:RouteTable")
    assert routes["disableBgpRoutePropagation"] is True
    assert [(route["addressPrefix"], route["nextHopIpAddress"]) for route in routes["routes"]] == [
        ("0.0.0.0/0", "10.61.0.4")
    ]
    assert {subnet["routeTable"]["id"] for subnet in made.of("network:Subnet")} == {UNKNOWN}
    assert made.one("network:VirtualNetwork")["dhcpOptions"] == {"dnsServers": ["10.61.0.4"]}


def test_without_a_firewall_a_spoke_has_no_outbound_route(label):
    (route,) = spoke(label).one("network:RouteTable")["routes"]
    assert (route["addressPrefix"], route["nextHopType"]) == ("0.0.0.0/0", "None")


def test_each_subnet_has_a_security_group_that_ends_with_a_deny_rule(label):
    made = spoke(label, hub=HUB)
    assert {subnet["addressPrefix"] for subnet in made.of("network:Subnet")} == {"10.61.4.0/25", "10.61.4.192/26"}
    for group in made.of("network:NetworkSecurityGroup"):
        last = {rule["direction"]: rule for rule in sorted(group["securityRules"], key=lambda rule: rule["priority"])}
        assert {(rule["access"], rule["destinationPortRange"]) for rule in last.values()} == {("Deny", "*")}
    logging = made.of("monitor:DiagnosticSetting")
    assert len(logging) == len(made.of("network:NetworkSecurityGroup")) + 1


def test_a_spoke_of_a_virtual_hub_is_connected_and_has_no_routes_of_its_own(label):
    made = spoke(label, virtual_hub={"virtual_hub_name": "vhub", "resource_group_name": "rg-hub"})
    connection = made.one("network:HubVirtualNetworkConnection")
    assert (connection["virtualHubName"], connection["enableInternetSecurity"]) == ("vhub", True)
    assert made.of("network:RouteTable") == made.of("network:VirtualNetworkPeering") == []


def test_a_spoke_logs_every_connection(label):
    log = spoke(label, flow_logs=FLOWS).one("network:FlowLog")
    assert (log["networkWatcherName"], log["resourceGroupName"]) == ("nw", "rg-watch")
    assert log["retentionPolicy"] == {"days": 365, "enabled": True}
    analytics = log["flowAnalyticsConfiguration"]["networkWatcherFlowAnalyticsConfiguration"]
    assert analytics["workspaceResourceId"] == "/id/logs"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"address_space": "10.61.4.1/24"}, "address_space: 10.61.4.1/24 has host bits set"),
        ({"address_space": "10.61.4.0/28"}, "address_space is 10.61.4.0/28; at least a /27 is needed"),
        (
            {"hub": HUB, "virtual_hub": {"virtual_hub_name": "v", "resource_group_name": "r"}},
            "hub and virtual_hub are mutually exclusive",
        ),
        ({"subnets": {"web": {"address_prefix": "10.62.0.0/26"}}}, "subnets.web.address_prefix is 10.62.0.0/26, which"),
        (
            {"subnets": {"a": {"address_prefix": "10.61.4.0/25"}, "b": {"address_prefix": "10.61.4.64/26"}}},
            "subnets.b.address_prefix is 10.61.4.64/26, which overlaps 10.61.4.0/25 of a",
        ),
        (
            {
                "subnets": {
                    "a": {
                        "address_prefix": "10.61.4.0/25",
                        "rules": [{"name": "late", "priority": 4050, "ports": ["443"]}],
                    }
                }
            },
            "subnets.a.rules.late.priority is 4050; allowed are 100 to 3999",
        ),
        ({"flow_logs": {**FLOWS, "retention_days": 30}}, "retention_days is 30, at least 90 is needed"),
        ({"hub": {"virtual_network": "/id"}}, "hub.virtual_network is not an argument; did you mean virtual_network_"),
    ],
)
def test_a_wrong_argument_of_a_spoke_is_named(label, change, message):
    with pytest.raises(ValueError, match=r"Spoke 'records'|records") as caught:
        spoke(label, **change)
    assert message in str(caught.value)
