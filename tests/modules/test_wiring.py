"""How a force's parts are connected: hubs, private links, Arc, and workloads that sign in to Azure."""

import json
from collections.abc import Iterator

import pytest
from planned import Planned, built

from bluelamp.infra.force import ROOT, load

OWNER = {"role": "Head of ICT", "email": "head.of.ict@kent.police.example"}
BUDGET = {"amount": 100, "contacts": ["finance@kent.police.example"]}
EXEMPTION = {
    "id": "EX-0007",
    "assignment": "Deny-Public-IP",
    "scope": "/subscriptions/6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e01",
    "reason": "The supplier's appliance has a public address until it is replaced",
    "expiresOn": "2027-03-31",
    "requester": "records@kent.police.example",
    "approver": "siro@kent.police.example",
    "riskReference": "RBC-2026-014",
}
BASE = (
    "/subscriptions/6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e01/resourceGroups/rg-national"
    "/providers/Microsoft.Network/firewallPolicies/afwp-national"
)


@pytest.fixture(scope="module")
def full() -> Planned:
    return built("west-midlands")


def kent(azure: dict, **more: object) -> Planned:
    settings = {"owner": OWNER, "costCentre": "EXP-1", "azure": {"budget": BUDGET, **azure}, **more}
    return built("kent", settings)


def routes(made: Planned, name: str) -> dict[str, str]:
    table = made.one("network:RouteTable", routeTableName=name)
    return {route["addressPrefix"]: route.get("nextHopIpAddress", route["nextHopType"]) for route in table["routes"]}


def test_the_hubs_are_peered_and_the_second_uses_the_gateway_of_the_first(full: Planned) -> None:
    first = full.one("network:VirtualNetworkPeering", virtualNetworkPeeringName="peer-hub-ukw-wmp-prod-uks")
    second = full.one("network:VirtualNetworkPeering", virtualNetworkPeeringName="peer-hub-uks-wmp-prod-ukw")
    assert (first["allowGatewayTransit"], first["useRemoteGateways"]) == (True, False)
    assert (second["allowGatewayTransit"], second["useRemoteGateways"]) == (False, True)
    assert first["allowForwardedTraffic"] is second["allowForwardedTraffic"] is True


def test_each_firewall_routes_traffic_for_the_other_region_to_the_firewall_there(full: Planned) -> None:
    south = routes(full, "rt-firewall-wmp-prod-uks")
    west = routes(full, "rt-firewall-wmp-prod-ukw")
    assert south == {"0.0.0.0/0": "Internet", "10.125.0.0/16": "10.125.0.4"}
    assert west == {"0.0.0.0/0": "Internet", "10.61.0.0/16": "10.61.0.4"}
    # Traffic from the sites to the other region passes the firewall as well.
    assert routes(full, "rt-gateway-wmp-prod-uks")["10.125.0.0/16"] == "10.61.0.4"


def test_both_hubs_inherit_a_base_policy_of_their_own_region(full: Planned) -> None:
    for region in ("uks", "ukw"):
        base = full.one("network:FirewallPolicy", firewallPolicyName=f"afwp-base-wmp-prod-{region}")
        child = full.one("network:FirewallPolicy", firewallPolicyName=f"afwp-hub-wmp-prod-{region}")
        assert base["location"] == child["location"]
        assert "basePolicy" in child
        assert "basePolicy" not in base


def test_an_external_base_policy_replaces_the_forces_own() -> None:
    hub = {"firewall": {"basePolicyIds": {"uksouth": BASE}}}
    made = kent({"regions": ["uksouth"], "hub": hub}, profile="hybrid")
    assert made.one("network:FirewallPolicy")["basePolicy"] == {"id": BASE}


def test_the_private_links_cover_logs_metrics_and_arc(full: Planned) -> None:
    inside = {each["name"] for each in full.of("monitor:PrivateLinkScopedResource")}
    assert inside == {"workspace", "machines", "metrics"}
    cluster = full.one("kubernetes:ConnectedCluster", clusterName="arck-live-wmp-prod-uks")
    assert cluster["privateLinkState"] == "Enabled"
    assert cluster["distribution"] == "rke2"


def test_servers_and_their_databases_are_connected_if_the_settings_say_so(full: Planned) -> None:
    assert {each["machineName"] for each in full.of("hybridcompute:Machine")} == {
        "custody-db-01",
        "firearms-db-01",
        "duties-app-01",
    }
    database = full.one("azurearcdata:SqlServerInstance", sqlServerInstanceName="custody-db-01")
    assert database["properties"]["backupPolicy"]["retentionPeriodDays"] == 35


def subjects(made: Planned) -> Iterator[str]:
    for account in made.of("ServiceAccount"):
        if "azure.workload.identity/client-id" in account["metadata"]["annotations"]:
            yield f"system:serviceaccount:{account['metadata']['namespace']}:{account['metadata']['name']}"


def test_every_service_account_that_signs_in_is_trusted_and_no_other(full: Planned) -> None:
    trusted = [each["subject"] for each in full.of("managedidentity:FederatedIdentityCredential")]
    assert sorted(trusted) == sorted(subjects(full))
    assert len(trusted) == 9  # secrets, backups and metrics, of two clusters, and three jobs
    assert len({each["resourceName"] for each in full.of("managedidentity:FederatedIdentityCredential")}) == 9


def test_the_api_server_and_the_issuer_agree_on_the_address(full: Planned) -> None:
    issuers = {
        variable["value"]
        for each in full.of("cluster.x-k8s.io/v1beta2:Cluster")
        for variable in each["spec"]["topology"]["variables"]
        if variable["name"] == "serviceAccountIssuer"
    }
    trusted = {each["issuer"] for each in full.of("managedidentity:FederatedIdentityCredential")}
    gateways = {
        f"https://{each['serviceName']}.azure-api.net" for each in full.of("apimanagement:ApiManagementService")
    }
    (gateway,) = gateways & {issuer.rpartition("/")[0] for issuer in issuers}
    assert issuers == trusted == {f"{gateway}/{name}" for name in ("live", "non-live")}


def test_the_issuer_publishes_the_keys_in_the_settings(full: Planned) -> None:
    written = load("west-midlands").on_premises.clusters[0].signing_keys[0]
    documents = [each["value"] for each in full.of("apimanagement:ApiOperationPolicy")]
    assert any(json.dumps(written.n) in document.replace("&quot;", '"') for document in documents)


def test_a_cluster_reads_its_own_vault_and_backs_up_to_its_own_container(full: Planned) -> None:
    stores = [each["spec"]["provider"]["azurekv"] for each in full.of("ClusterSecretStore")]
    assert len(stores) == 2
    vaults = [each["vaultName"] for each in full.of("keyvault:Vault")]
    assert len({name for name in vaults if name.startswith(("kv-liv", "kv-non"))}) == 2
    buckets = {each["spec"]["objectStorage"]["bucket"] for each in full.of("BackupStorageLocation")}
    containers = full.of("storage:BlobContainerImmutabilityPolicy")
    kept = {each["containerName"]: each["immutabilityPeriodSinceCreationInDays"] for each in containers}
    assert buckets == {"velero-live", "velero-non-live"}
    assert {kept[bucket] for bucket in buckets} == {30}


def test_a_cluster_with_unknown_keys_gets_its_issuer_and_nothing_more() -> None:
    cluster = {
        "name": "live",
        "version": "1.36.3",
        "infrastructure": "metal3",
        "endpoint": "10.165.8.10",
        "metal3": {"imageUrl": "https://images.kent.police.example/rke2", "imageChecksum": "9f86d081" * 8},
    }
    made = kent({"regions": ["uksouth"]}, profile="full", onPremises={"clusters": [cluster]})
    variables = made.one("cluster.x-k8s.io/v1beta2:Cluster")["spec"]["topology"]["variables"]
    assert [each["name"] for each in variables] == ["controlPlaneEndpoint", "serviceAccountIssuer"]
    for kind in ("apimanagement:ApiManagementService", "ClusterSecretStore", "Schedule", "kubernetes:ConnectedCluster"):
        assert made.of(kind) == []


def test_a_policy_exemption_is_created_in_azure() -> None:
    made = kent({"regions": ["uksouth"], "policyExemptions": [EXEMPTION]}, profile="hybrid")
    found = made.one("authorization:PolicyExemption")
    assert (found["policyExemptionName"], found["scope"]) == ("EX-0007", EXEMPTION["scope"])
    assert found["expiresOn"] == "2027-03-31T23:59:59Z"
    assert found["metadata"]["risk_reference"] == "RBC-2026-014"
    assert found["exemptionCategory"] == "Waiver"


def test_the_stack_files_hold_public_keys_only() -> None:
    for path in sorted((ROOT / "stacks").glob("Pulumi.*.yaml")):
        estate = load(path.name.removeprefix("Pulumi.").removesuffix(".yaml")).on_premises
        for cluster in estate.clusters if estate else ():
            for key in cluster.signing_keys:
                assert key.model_dump().keys() == {"kid", "n", "e", "kty", "use", "alg"}


@pytest.fixture(scope="module")
def virtual_wan() -> Planned:
    site = {
        "name": "headquarters",
        "addressSpace": "10.165.0.0/17",
        "asn": 65010,
        "devices": [{"address": "203.0.113.5", "bgpAddress": "10.165.0.4"}],
        "expressRoute": {
            "provider": "BT",
            "peeringLocation": "London",
            "bandwidthMbps": 1000,
            "peering": {"vlan": 100, "primary": "172.16.0.0/30", "secondary": "172.16.0.4/30"},
        },
    }
    zones = [{"name": "records", "budget": BUDGET}, {"name": "archive", "region": "ukwest", "budget": BUDGET}]
    return kent({"topology": "virtual-wan", "landingZones": zones}, profile="full", onPremises={"sites": [site]})


def test_a_virtual_wan_has_a_hub_in_each_region_and_the_gateways_in_the_first(virtual_wan: Planned) -> None:
    hubs = {each["location"]: each["addressPrefix"] for each in virtual_wan.of("network:VirtualHub")}
    assert hubs == {"uksouth": "10.37.2.0/23", "ukwest": "10.101.2.0/23"}
    assert len(virtual_wan.of("network:RoutingIntent")) == 2
    assert virtual_wan.one("network:VpnGateway")["location"] == "uksouth"
    assert virtual_wan.one("network:ExpressRouteGateway")["location"] == "uksouth"
    assert virtual_wan.one("network:VpnConnection")
    assert virtual_wan.one("network:ExpressRouteConnection")
    for of_a_hub_network in ("VirtualNetworkGateway", "VirtualNetworkPeering", "RouteTable"):
        assert not virtual_wan.of(f"network:{of_a_hub_network}")


def test_everything_is_connected_to_the_virtual_hub_of_its_region(virtual_wan: Planned) -> None:
    connected = {
        (each["connectionName"], each["virtualHubName"])
        for each in virtual_wan.of("network:HubVirtualNetworkConnection")
    }
    assert {hub for _, hub in connected} == {"vhub-hub-kent-prod-uks", "vhub-hub-kent-prod-ukw"}
    assert len(connected) == 4  # records, archive, and the network beside each virtual hub


def test_behind_a_virtual_hub_dns_queries_go_to_the_resolver_beside_it(virtual_wan: Planned) -> None:
    resolvers = {
        each["location"]: each["dnsSettings"]["servers"]
        for each in virtual_wan.of("network:FirewallPolicy")
        if "servers" in each["dnsSettings"]
    }
    assert resolvers == {"uksouth": ["10.37.0.164"], "ukwest": ["10.101.0.164"]}
    answers = {
        each["location"]: each["ipConfigurations"][0]["privateIpAddress"]
        for each in virtual_wan.of("dnsresolver:InboundEndpoint")
    }
    assert {region: [address] for region, address in answers.items()} == resolvers


def alerted(made: Planned) -> set[tuple[str, str]]:
    """The short names of the resources with metric alerts, with the type that Azure measures."""
    return {
        (each["ruleName"].removeprefix("alert-"), each["criteria"]["allOf"][0]["metricNamespace"].split("/")[1])
        for each in made.of("monitor:MetricAlert")
    }


def test_the_firewalls_and_every_connection_to_the_sites_have_alerts(full: Planned, virtual_wan: Planned) -> None:
    assert {
        ("firewall-health-wmp-prod", "azureFirewalls"),
        ("second-firewall-health-wmp-prod", "azureFirewalls"),
        ("vpn-bgp-peers-wmp-prod", "virtualNetworkGateways"),
        ("express-route-processor-wmp-prod", "virtualNetworkGateways"),
    } <= alerted(full)
    assert {
        ("firewall-health-kent-prod", "azureFirewalls"),
        ("second-firewall-health-kent-prod", "azureFirewalls"),
        ("vpn-bgp-peers-kent-prod", "vpnGateways"),
        ("express-route-processor-kent-prod", "expressRouteGateways"),
        ("circuit-headquarters-bgp-kent-prod", "expressRouteCircuits"),
    } <= alerted(virtual_wan)


def test_a_circuit_on_order_has_no_alerts(full: Planned) -> None:
    assert full.of("network:ExpressRouteCircuit")
    assert "expressRouteCircuits" not in {measured for _, measured in alerted(full)}


def test_a_starter_force_with_a_virtual_wan_still_has_its_firewall() -> None:
    components = {"privateDns": "hybrid", "dnsResolver": "hybrid"}
    made = kent({"topology": "virtual-wan", "regions": ["uksouth"]}, components=components)
    assert made.one("network:AzureFirewall")["sku"]["name"] == "AZFW_Hub"
    assert not made.of("network:BastionHost")


def test_paid_and_dated_options_follow_the_settings(full: Planned) -> None:
    guards = full.of("dataprotection:DppResourceGuardProxy")
    assert len(guards) == len(full.of("recoveryservices:ResourceGuardProxy")) == 5
    assert all(network["enableDdosProtection"] for network in full.of("network:VirtualNetwork"))
    ends = {secret["properties"]["attributes"]["expires"] for secret in full.of("keyvault:Secret")}
    assert ends == {1827619199}  # the end of 30 November 2027
    accounts = full.of("storage:StorageAccount")
    assert {account["encryption"]["keySource"] for account in accounts} == {"Microsoft.Keyvault"}
