from ipaddress import ip_network

import pytest
from planned import Planned, plan
from sample_args import HUB, hub

from bluelamp.modules.azure.budget import Budget
from bluelamp.modules.azure.hub import Hub
from bluelamp.modules.azure.key_vault import KeyVault
from bluelamp.modules.azure.log_analytics import LogAnalytics
from bluelamp.modules.azure.management_groups import ManagementGroups
from bluelamp.rehearsal.values import UNKNOWN

SPECIAL = {"AzureFirewallSubnet", "AzureFirewallManagementSubnet", "GatewaySubnet"}


def test_a_hubs_subnets_are_in_its_address_space_without_default_outbound_access(label):
    subnets = hub(label).of("network:Subnet")
    assert {subnet["subnetName"] for subnet in subnets} == SPECIAL | {
        "AzureBastionSubnet",
        "snet-resolver-wmp-prod-uks",
        "snet-private-endpoints-wmp-prod-uks",
    }
    ranges = [ip_network(subnet["addressPrefix"]) for subnet in subnets]
    assert all(each.subnet_of(ip_network("10.61.0.0/22")) for each in ranges)
    assert not any(one.overlaps(other) for one in ranges for other in ranges if one is not other)
    assert {subnet["defaultOutboundAccess"] for subnet in subnets} == {False}
    assert {subnet["virtualNetworkName"] for subnet in subnets} == {"vnet-hub-wmp-prod-uks"}


def test_every_subnet_that_supports_it_has_a_security_group_and_routes(label):
    for subnet in hub(label).of("network:Subnet"):
        assert ("networkSecurityGroup" in subnet) == (subnet["subnetName"] not in SPECIAL)
        if subnet["subnetName"].startswith("snet-"):
            assert subnet["routeTable"] == {"id": UNKNOWN}


def test_outbound_traffic_of_the_hub_goes_to_the_firewall(label):
    made = hub(label)
    routes = made.one("network:RouteTable", routeTableName="rt-hub-wmp-prod-uks")
    assert routes["routes"] == [
        {
            "name": "to-firewall",
            "addressPrefix": "0.0.0.0/0",
            "nextHopType": "VirtualAppliance",
            "nextHopIpAddress": "10.61.0.4",
        }
    ]
    assert routes["disableBgpRoutePropagation"] is True
    gateway = made.one("network:RouteTable", routeTableName="rt-gateway-wmp-prod-uks")
    assert gateway["disableBgpRoutePropagation"] is False


def test_a_premium_firewall_blocks_detected_threats(label):
    made = hub(label)
    policy, wall = made.one("network:FirewallPolicy"), made.one("network:AzureFirewall")
    assert policy["threatIntelMode"] == wall["threatIntelMode"] == "Deny"
    assert policy["intrusionDetection"] == {"mode": "Deny"}
    assert policy["sku"] == {"tier": "Premium"}
    assert wall["zones"] == ["1", "2", "3"]
    rules = made.one("network:FirewallPolicyRuleCollectionGroup")["ruleCollections"]
    assert {source for part in rules for rule in part["rules"] for source in rule["sourceAddresses"]} == {
        "10.61.0.0/16"
    }


def test_a_standard_firewall_in_a_region_without_zones(label):
    made = plan(lambda: Hub("hub", {"label": label, **HUB, "location": "ukwest", "firewall": {"tier": "Standard"}}))
    assert "intrusionDetection" not in made.one("network:FirewallPolicy")
    assert "zones" not in made.one("network:AzureFirewall")
    assert made.one("network:AzureFirewall")["azureFirewallName"] == "afw-hub-wmp-prod-ukw"


def test_without_a_firewall_the_hub_has_no_outbound_route(label):
    made = hub(label, firewall={"enabled": False})
    assert made.of("network:AzureFirewall") == made.of("network:PublicIPAddress") == []
    (route,) = made.one("network:RouteTable")["routes"]
    assert (route["addressPrefix"], route["nextHopType"]) == ("0.0.0.0/0", "None")


def test_an_unknown_firewall_tier_is_refused(label):
    with pytest.raises(ValueError, match=r"firewall\.tier is 'Platinum'; allowed are Standard and Premium"):
        hub(label, firewall={"tier": "Platinum"})


def test_subnets_are_created_one_after_another(label):
    made = hub(label)
    subnets = [resource.name for resource in made.resources if resource.type.endswith("network:Subnet")]
    chained = {name: [other for other in made.waits_for[name] if other in subnets] for name in subnets}
    assert sorted(len(others) for others in chained.values()) == [0, 1, 1, 1, 1, 1]


def rules_of(made: Planned, group: str) -> dict[str, dict]:
    inputs = made.one("network:NetworkSecurityGroup", networkSecurityGroupName=group)
    return {rule["name"]: rule for rule in inputs["securityRules"]}


def test_a_security_group_ends_with_denying_everything(label):
    for group in ("nsg-hub-wmp-prod-uks", "nsg-bastion-wmp-prod-uks"):
        rules = rules_of(hub(label), group)
        for direction in ("Inbound", "Outbound"):
            last = max((rule for rule in rules.values() if rule["direction"] == direction), key=lambda r: r["priority"])
            assert (last["access"], last["protocol"], last["destinationPortRange"]) == ("Deny", "*", "*")


def test_no_two_rules_of_a_security_group_have_the_same_priority(label):
    made = hub(label, bastion={"enabled": True})
    for group in made.of("network:NetworkSecurityGroup"):
        places = [(rule["direction"], rule["priority"]) for rule in group["securityRules"]]
        assert len(places) == len(set(places))


def test_a_forces_own_rule_is_in_the_hubs_security_group(label):
    own = {"name": "rdp", "priority": 200, "access": "Allow", "source": "Internet", "ports": ["3389", "22"]}
    rule = rules_of(hub(label, rules=[own]), "nsg-hub-wmp-prod-uks")["rdp"]
    assert rule["sourceAddressPrefix"] == "Internet"
    assert rule["destinationPortRanges"] == ["3389", "22"]
    assert (rule["access"], rule["direction"], rule["protocol"]) == ("Allow", "Inbound", "Tcp")


def test_a_forces_own_rule_may_not_use_the_modules_priorities(label):
    with pytest.raises(ValueError, match="hub rules late: priority is at most 3999"):
        hub(label, rules=[{"name": "late", "priority": 4000, "ports": ["443"]}])


def test_a_bastion_has_all_its_rules_or_is_absent(label):
    without = hub(label)
    assert without.of("network:BastionHost") == []
    assert set(rules_of(without, "nsg-bastion-wmp-prod-uks")) == {"DenyAllInbound", "DenyAllOutbound"}
    made = hub(label, bastion={"enabled": True, "sku": "Premium"})
    host = made.one("network:BastionHost")
    assert (host["disableCopyPaste"], host["enableShareableLink"]) == (True, False)
    assert host["enableSessionRecording"] is True
    assert rules_of(made, "nsg-bastion-wmp-prod-uks")["AllowHttpsFromInternet"]["destinationPortRange"] == "443"


def test_every_loggable_resource_of_a_hub_sends_its_logs(label):
    made = hub(label, bastion={"enabled": True})
    logging = ("VirtualNetwork", "NetworkSecurityGroup", "AzureFirewall", "PublicIPAddress", "BastionHost")
    settings = made.of("monitor:DiagnosticSetting")
    assert len(settings) == sum(len(made.of(f"network:{kind}")) for kind in logging)
    assert {setting["workspaceId"] for setting in settings} == {"/id/logs"}
    assert all(setting["logs"] == [{"categoryGroup": "allLogs", "enabled": True}] for setting in settings)


def test_one_stack_can_have_two_hubs(label):
    def program() -> None:
        Hub("hub", {"label": label, **HUB})
        Hub("hub-west", {"label": label, **HUB, "location": "ukwest", "address_space": "10.125.0.0/22"})

    assert len(plan(program).of("network:VirtualNetwork")) == 2


VAULT = {
    "location": "uksouth",
    "workload": "platform",
    "resource_group_name": "rg",
    "tenant_id": "tenant",
    "subnet_id": "/id/subnet",
    "workspace_id": "/id/logs",
}


def test_a_vault_is_reachable_through_its_private_endpoint_only(label):
    made = plan(lambda: KeyVault("vault", {"label": label, **VAULT, "virtual_network_ids": {"hub": "/id/vnet"}}))
    vault = made.one("keyvault:Vault")
    properties = vault["properties"]
    assert len(vault["vaultName"]) <= 24
    assert properties["publicNetworkAccess"] == "Disabled"
    assert properties["networkAcls"]["defaultAction"] == "Deny"
    assert properties["enableRbacAuthorization"] is True
    assert properties["enablePurgeProtection"] is True
    assert properties["softDeleteRetentionInDays"] == 90
    endpoint = made.one("network:PrivateEndpoint")
    assert endpoint["subnet"] == {"id": "/id/subnet"}
    assert endpoint["privateLinkServiceConnections"][0]["groupIds"] == ["vault"]
    assert made.one("privatedns:PrivateZone")["privateZoneName"] == "privatelink.vaultcore.azure.net"
    assert made.one("privatedns:VirtualNetworkLink")["virtualNetwork"] == {"id": "/id/vnet"}
    zone_group = made.one("network:PrivateDnsZoneGroup")
    assert zone_group["privateEndpointName"] == endpoint["privateEndpointName"] == "pe-platform-vault-wmp-prod-uks"
    assert len(made.of("monitor:DiagnosticSetting")) == 1


def test_a_second_vault_shares_the_private_zone(label):
    made = plan(lambda: KeyVault("vault", {"label": label, **VAULT, "private_zone_id": "/id/zone"}))
    assert made.of("privatedns:PrivateZone") == []
    configs = made.one("network:PrivateDnsZoneGroup")["privateDnsZoneConfigs"]
    assert configs == [{"name": "vault", "privateDnsZoneId": "/id/zone"}]


LOGS = {"location": "uksouth", "workload": "management", "resource_group_name": "rg"}


def test_a_workspace_keeps_logs_for_a_year_and_is_not_public(label):
    made = plan(lambda: LogAnalytics("logs", {"label": label, **LOGS}))
    workspace = made.one("operationalinsights:Workspace")
    assert workspace["retentionInDays"] == 365
    assert workspace["publicNetworkAccessForQuery"] == workspace["publicNetworkAccessForIngestion"] == "Disabled"
    assert workspace["features"]["disableLocalAuth"] is True
    assert "workspaceCapping" not in workspace
    assert len(made.of("monitor:DiagnosticSetting")) == 1


def test_a_workspace_with_too_short_a_retention_is_refused(label):
    with pytest.raises(ValueError, match="retention_days is 30, at least 90"):
        plan(lambda: LogAnalytics("logs", {"label": label, **LOGS, "retention_days": 30}))


def test_critical_resources_can_be_protected(label):
    def program() -> None:
        LogAnalytics("logs", {"label": label, **LOGS, "protect": True})
        KeyVault("vault", {"label": label, **VAULT, "protect": True})

    protected = {resource.type for resource in plan(program).resources if resource.protect}
    assert protected == {"azure-native:operationalinsights:Workspace", "azure-native:keyvault:Vault"}


def test_a_budget_notifies_its_contacts_before_and_after(label):
    args = {
        "label": label,
        "workload": "platform",
        "scope": "/subscriptions/one",
        "amount": 100.0,
        "contacts": ["a@b.example"],
    }
    budget = plan(lambda: Budget("budget", {**args, "thresholds": [80, 100]})).one("consumption:Budget")
    assert budget["budgetName"] == "budget-platform-wmp-prod"
    notifications = {(each["thresholdType"], each["threshold"]) for each in budget["notifications"].values()}
    assert notifications == {("Actual", 80), ("Actual", 100), ("Forecasted", 100)}
    assert all(each["contactEmails"] == ["a@b.example"] for each in budget["notifications"].values())
    assert budget["timePeriod"]["startDate"].endswith("-01T00:00:00Z")
    with pytest.raises(ValueError, match="1 to 5 thresholds, found 6"):
        plan(lambda: Budget("budget", {**args, "thresholds": [10, 20, 30, 40, 50, 60]}))


def test_management_groups_form_the_hierarchy_with_their_own_names(label):
    made = plan(lambda: ManagementGroups("groups", {"label": label, "display_name": "West Midlands Police"}))
    groups = {group["groupId"]: group for group in made.of("management:ManagementGroup")}
    assert len(groups) == 12
    assert {"mg-root-wmp-prod", "mg-platform-wmp-prod", "mg-corp-wmp-prod", "mg-decommissioned-wmp-prod"} <= set(groups)
    assert "details" not in groups["mg-root-wmp-prod"]
    assert groups["mg-corp-wmp-prod"]["details"] == {"parent": {"id": UNKNOWN}}
    assert groups["mg-corp-wmp-prod"]["displayName"] == "West Midlands Police - Corporate"


def test_management_groups_can_have_another_parent_and_no_sandbox(label):
    args = {
        "label": label,
        "display_name": "Essex Police",
        "parent": "mg-national",
        "sandbox": False,
        "quarantine": False,
    }
    made = plan(lambda: ManagementGroups("groups", args))
    root = made.one("management:ManagementGroup", groupId="mg-root-wmp-prod")
    assert root["details"]["parent"]["id"] == "/providers/Microsoft.Management/managementGroups/mg-national"
    assert len(made.of("management:ManagementGroup")) == 10
