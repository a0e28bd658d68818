"""The whole path of a tenant's job to the lake: each hop is in the plan, and matches the one before."""

import importlib.util
import json
from functools import cache
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

import pytest
from planned import ROOT, Planned, built, plan

from bluelamp.core.access.targets import acls, views
from bluelamp.infra.force import load
from bluelamp.infra.program.build import build
from bluelamp.infra.settings.access import access_of

OWNER = {"role": "Head of ICT", "email": "head.of.ict@kent.police.example"}
BUDGET = {"amount": 100, "contacts": ["finance@kent.police.example"]}
KEY = {"kid": "one", "n": "wcHB" * 85 + "wQ"}
SITE = "10.165.0.0/17"
ADDRESS = "10.165.8.10"
JOB = {
    "name": "forecast",
    "image": "registry.kent.police.example/forecast@sha256:" + "ab" * 32,
    "schedule": "30 4 * * *",
    "lake": {"read": ["curated"], "write": ["published"], "own": ["landing"]},
}


def kent(*, hub: dict[str, Any] | None = None, beside: str = "uksouth", **azure: Any) -> Planned:
    """A force with one site, a cluster there with a job, a lake, and interfaces in the region `beside`."""
    settings = {
        "owner": OWNER,
        "costCentre": "EXP-1",
        "profile": "full",
        "components": {"breakGlass": "off", "conditionalAccess": "off"},
        "azure": {
            "regions": ["uksouth", "ukwest"],
            "budget": BUDGET,
            "hub": hub or {},
            "landingZones": [
                {"name": "data", "budget": BUDGET},
                {"name": "partners", "archetype": "online", "region": beside, "budget": BUDGET},
            ],
            "data": {"landingZone": "data", "interfaces": "partners"},
            **azure,
        },
        "onPremises": {
            "sites": [
                {
                    "name": "headquarters",
                    "addressSpace": SITE,
                    "asn": 65022,
                    "key": {"expires": "2027-11-30"},
                    "devices": [{"address": "203.0.113.31", "bgpAddress": "10.165.0.4"}],
                }
            ],
            "clusters": [{"name": "live", "site": "headquarters", "signingKeys": [KEY]}],
            "tenants": [{"name": "analysis", "jobs": [JOB]}],
        },
    }
    return built("kent", settings)


@cache
def made() -> Planned:
    return kent()


def lake_rules(planned: Planned) -> dict[str, list[dict[str, Any]]]:
    """The rules to the lake, by the logical name of their group."""
    return {
        each.name: each.inputs["ruleCollections"][0]["rules"]
        for each in planned.resources
        if each.type.endswith(":FirewallPolicyRuleCollectionGroup") and "data-ways" in each.name
    }


def pod(planned: Planned) -> dict[str, Any]:
    template: dict[str, Any] = planned.one("CronJob")["spec"]["jobTemplate"]["spec"]["template"]
    return template


def environment(planned: Planned) -> dict[str, str]:
    return {each["name"]: each.get("value", "") for each in pod(planned)["spec"]["containers"][0]["env"]}


def test_the_path_from_the_pod_to_the_file_system_is_complete() -> None:
    planned = made()
    labels, environ = pod(planned)["metadata"]["labels"], environment(planned)
    lake = urlsplit(environ["BLUELAMP_LAKE"]).hostname
    # 1. The pod leaves its namespace for one range, on port 443.
    (leaving,) = [
        (peer["ipBlock"]["cidr"], each["spec"])
        for each in planned.of("NetworkPolicy")
        if each["spec"]["podSelector"].get("matchLabels") == labels
        for rule in each["spec"]["egress"]
        for peer in rule["to"]
    ]
    cidr, spec = leaving
    assert spec["egress"][0]["ports"] == [{"protocol": "TCP", "port": 443}]
    # 2. Its site has a connection to the hub.
    assert len(planned.of("network:VirtualNetworkGatewayConnection")) == 1
    assert ip_address(ADDRESS) in ip_network(SITE)
    # 3. Traffic from the gateway to that range goes to the firewall.
    firewall = planned.outputs["firewallAddress"]
    (routes,) = [
        each
        for each in planned.of("network:RouteTable")
        if "gateway" in each["routeTableName"] and each["location"] == "uksouth"
    ]
    to = [
        each
        for each in routes["routes"]
        if ip_network(cidr).subnet_of(ip_network(each["addressPrefix"])) and each["nextHopType"] == "VirtualAppliance"
    ]
    assert [each["nextHopIpAddress"] for each in to] == [firewall]
    # 4. The firewall allows the site to reach the lake by its host name.
    (rules,) = lake_rules(planned).values()
    (rule,) = [each for each in rules if SITE in each["sourceAddresses"]]
    assert lake in rule["targetFqdns"]
    assert rule["protocols"] == [{"protocolType": "Https", "port": 443}]
    # 5. The lake's private endpoints are in that range, and its security group allows HTTPS.
    account = str(lake).partition(".")[0]
    assert planned.one("storage:StorageAccount", accountName=account)["publicNetworkAccess"] == "Disabled"
    ends = [
        each.inputs["privateLinkServiceConnections"][0]["groupIds"]
        for each in planned.resources
        if each.type.endswith(":PrivateEndpoint") and each.name.startswith("lake-")
    ]
    assert sorted(ends) == [["blob"], ["dfs"]]
    (subnet,) = [each for each in planned.of("network:Subnet") if each["addressPrefix"] == cidr]
    assert "private-endpoints" in subnet["subnetName"]
    assert any(
        rule["access"] == "Allow" and rule["destinationAddressPrefix"] == cidr and rule["destinationPortRange"] == "443"
        for each in planned.of("network:NetworkSecurityGroup")
        for rule in each["securityRules"]
        if "destinationPortRange" in rule
    )
    # 6. The job signs in as an identity with a role on each file system in its settings.
    roles = {
        each.name.rpartition("-may-")[2]: each.inputs["roleDefinitionId"].rpartition("/")[2]
        for each in planned.resources
        if each.type.endswith(":RoleAssignment") and each.name.startswith("job-")
    }
    assert roles == {
        "read-curated": "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
        "write-published": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
        "own-landing": "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
    }


def test_the_pod_reaches_the_sign_in_host_by_name_and_no_other() -> None:
    planned = made()
    policy = planned.one("CiliumNetworkPolicy")
    spec = policy["spec"]
    assert policy["metadata"]["namespace"] == "analysis"
    assert spec["endpointSelector"]["matchLabels"] == pod(planned)["metadata"]["labels"]
    dns, hosts = spec["egress"]
    assert dns["toEndpoints"][0]["matchLabels"]["k8s:k8s-app"] == "kube-dns"
    assert dns["toPorts"][0]["rules"] == {"dns": [{"matchPattern": "*"}]}
    sign_in = urlsplit(environment(planned)["AZURE_AUTHORITY_HOST"]).hostname
    assert hosts == {
        "toFQDNs": [{"matchName": sign_in}],
        "toPorts": [{"ports": [{"port": "443", "protocol": "TCP"}]}],
    }


def test_only_the_interfaces_reach_the_lake() -> None:
    planned = made()
    (rules,) = lake_rules(planned).values()
    (subnet,) = [each for each in planned.of("network:Subnet") if "interfaces" in each["subnetName"]]
    assert {each["name"]: each["sourceAddresses"] for each in rules} == {
        "sites-to-lake": [SITE],
        "interfaces-to-lake": [subnet["addressPrefix"]],
    }


def test_from_another_region_both_firewalls_are_on_the_path() -> None:
    planned = kent(beside="ukwest")
    found = {name.partition("-data-ways")[0]: rules for name, rules in lake_rules(planned).items()}
    assert len(found) == 2
    (there,) = found["second"]
    (subnet,) = [each for each in planned.of("network:Subnet") if "interfaces" in each["subnetName"]]
    assert there["sourceAddresses"] == [subnet["addressPrefix"]]
    (here,) = [each for each in lake_rules(planned)["data-ways-data"] if each["name"] == "interfaces-to-lake"]
    firewalls = [
        each["addressPrefix"] for each in planned.of("network:Subnet") if each["subnetName"] == "AzureFirewallSubnet"
    ]
    assert here["sourceAddresses"][0] in firewalls
    assert ip_network(here["sourceAddresses"][0]).subnet_of(ip_network("10.101.0.0/16"))


@pytest.mark.parametrize(
    ("azure", "groups"),
    [({"hub": {"firewall": {"enabled": False}}}, 0), ({"topology": "virtual-wan"}, 1)],
)
def test_each_topology_has_the_rules_at_its_firewall(azure: dict[str, Any], groups: int) -> None:
    assert len(lake_rules(kent(**azure))) == groups


def test_the_jobs_of_a_force_have_its_policy_as_exported() -> None:
    force = load("west-midlands")
    policy = access_of(force, ROOT)
    assert policy is not None
    planned = plan(lambda: build(force, policy=policy), stack="west-midlands")
    kept = {
        each["metadata"]["name"]: {name: json.loads(text) for name, text in each["data"].items()}
        for each in planned.of("ConfigMap")
        if each["metadata"]["namespace"] == "analysis"
    }
    exported = {"lake-acls.json": acls(policy), "views.json": views(policy)}
    assert kept == {"lake-views": exported, "lake-acls": exported}
    # Each job has the permissions that its program needs, and finds its files.
    lists, written = (
        {each["fileSystem"] for each in exported["lake-acls.json"]["acls"]},
        {each["fileSystem"] for each in exported["views.json"]["views"]},
    )
    assert force.on_premises is not None
    jobs = {job.name: job for tenant in force.on_premises.tenants for job in tenant.jobs}
    assert jobs["lake-acls"].lake is not None
    assert set(jobs["lake-acls"].lake.own) == lists
    assert jobs["lake-views"].lake is not None
    assert set(jobs["lake-views"].lake.write) == written
    for each in planned.of("CronJob"):
        (runs,) = each["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
        mounted = {mount["mountPath"] for mount in runs["volumeMounts"]}
        files = [word for word in runs["args"] if word.startswith("/etc/")]
        assert all(word.rpartition("/")[0] in mounted for word in files)
        assert all(word.rpartition("/")[2] in exported for word in files)
        assert importlib.util.find_spec(f"{runs['args'][0]}.__main__") is not None
