from ipaddress import ip_network

import pytest
from sample_args import hub

from bluelamp.modules import naming


def names(made) -> set[str]:
    return {resource.name for resource in made.resources}


def test_every_option_adds_to_a_hub_and_renames_nothing(label):
    plain = hub(label)
    more = {"resolver_outbound": True, "spoke_ranges": ["10.61.4.0/24"], "firewall": {"base_policy_id": "/id/base"}}
    assert names(hub(label, **more)) - names(plain) == {"hub-resolver-outbound-subnet"}
    assert names(plain) <= names(hub(label, **more))


def test_traffic_from_a_gateway_to_a_spoke_passes_the_firewall(label):
    made = hub(label, spoke_ranges=["10.61.4.0/24", "10.61.5.0/24"])
    routes = made.one("network:RouteTable", routeTableName="rt-gateway-wmp-prod-uks")["routes"]
    assert [route["addressPrefix"] for route in routes] == ["10.61.1.0/24", "10.61.4.0/24", "10.61.5.0/24"]
    assert {route["nextHopIpAddress"] for route in routes} == {"10.61.0.4"}


def test_a_forwarding_resolver_has_a_subnet_and_a_rule(label):
    made = hub(label, resolver_outbound=True)
    subnet = made.one("network:Subnet", subnetName="snet-resolver-outbound-wmp-prod-uks")
    assert subnet["addressPrefix"] == "10.61.0.176/28"
    assert subnet["delegations"][0]["serviceName"] == "Microsoft.Network/dnsResolvers"
    rules = made.one("network:NetworkSecurityGroup", networkSecurityGroupName="nsg-hub-wmp-prod-uks")["securityRules"]
    assert "10.61.0.176/28" in {rule["sourceAddressPrefix"] for rule in rules if rule["access"] == "Allow"}


def test_a_hub_inherits_a_base_policy(label):
    made = hub(label, firewall={"base_policy_id": "/id/base"})
    assert made.one("network:FirewallPolicy")["basePolicy"] == {"id": "/id/base"}


def test_no_two_parts_of_a_hub_share_addresses():
    laid = naming.hub_plan("10.61.0.0/22")
    parts = [getattr(laid, part) for part in laid.__dataclass_fields__ if part != "range"]
    assert not any(one.overlaps(other) for one in parts for other in parts if one is not other)
    assert all(part.subnet_of(ip_network("10.61.0.0/22")) for part in parts)


BESIDE = {"virtual_hub_name": "vhub", "resource_group_name": "rg", "firewall_address": "10.61.2.132"}


def test_beside_a_virtual_hub_there_is_only_what_it_cannot_contain(label):
    made = hub(label, virtual_hub=BESIDE, bastion={"enabled": True}, resolver_outbound=True)
    assert made.one("network:VirtualNetwork")["addressSpace"] == {"addressPrefixes": ["10.61.0.0/23"]}
    subnets = {each["subnetName"] for each in made.of("network:Subnet")}
    assert "AzureBastionSubnet" in subnets
    assert not subnets & {"AzureFirewallSubnet", "AzureFirewallManagementSubnet", "GatewaySubnet"}
    assert not made.of("network:AzureFirewall")
    assert not made.of("network:RouteTable")  # the virtual hub's routing intent leads to its firewall
    connection = made.one("network:HubVirtualNetworkConnection")
    assert (connection["virtualHubName"], connection["enableInternetSecurity"]) == ("vhub", True)


def test_a_hub_beside_a_virtual_hub_has_no_firewall_of_its_own(label):
    with pytest.raises(ValueError, match="Hub 'hub': firewall, spoke_ranges and virtual_hub are mutually exclusive"):
        hub(label, virtual_hub=BESIDE, firewall={}, spoke_ranges=["10.61.4.0/24"])
