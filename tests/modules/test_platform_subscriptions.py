"""A subscription for each area of the platform: the resources in each, and the access of the policies' identities."""

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml
from planned import ROOT, Planned, plan

from bluelamp.core.dates import today
from bluelamp.infra.force import load
from bluelamp.infra.program.build import build
from bluelamp.modules.azure.built_in_roles import role_guid
from bluelamp.modules.azure.policy import assignments
from bluelamp.rehearsal.values import plain

OLD = "5f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e00"
FOUR = {
    area: f"5f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e0{number}"
    for number, area in enumerate(("connectivity", "management", "identity", "security"), 1)
}
KEPT = ["connectivity", "management", "security"]
SITE = {
    "name": "headquarters",
    "addressSpace": "10.165.0.0/17",
    "asn": 65010,
    "devices": [{"address": "203.0.113.5", "bgpAddress": "10.165.0.4"}],
}


def force(profile: str = "hybrid", **azure: Any) -> Planned:
    budget = {"amount": 100, "contacts": ["finance@kent.police.example"]}
    settings = {
        "owner": {"role": "Head of ICT", "email": "head.of.ict@kent.police.example"},
        "costCentre": "EXP-1",
        "profile": profile,
        "components": {"ddosPlan": "hybrid"},
        "azure": {
            "budget": budget,
            "regions": ["uksouth"],
            "landingZones": [{"name": "records", "budget": budget}],
            **azure,
        },
        "onPremises": {"sites": [SITE]},
    }
    return plan(lambda: build(load("kent", settings)), stack="kent")


@pytest.fixture(scope="module")
def one() -> Planned:
    return force(subscriptionId=OLD)


@pytest.fixture(scope="module")
def four() -> Planned:
    return force("full", platformSubscriptions={**FOUR, "kept": []})


@pytest.fixture(scope="module")
def kept() -> Planned:
    return force(subscriptionId=OLD, platformSubscriptions={**FOUR, "kept": KEPT})


def homes(made: Planned) -> dict[str, str]:
    """The subscription of each Azure resource's provider, by the resource's URN."""
    providers = {each.urn: each for each in made.resources if each.type == "pulumi:providers:azure-native"}
    return {
        each.urn: str(plain(providers[each.provider].inputs)["subscriptionId"])
        for each in made.resources
        if each.custom and each.provider in providers
    }


def areas(made: Planned, type_: str, names: str = "*") -> dict[str, str]:
    """The area of each resource of a type, by the resource's name."""
    of = {guid: area for area, guid in FOUR.items()} | {OLD: "old"}
    where = homes(made)
    found = {
        each.name: of[where[each.urn]]
        for each in made.resources
        if each.type.endswith(f":{type_}") and each.urn in where and fnmatchcase(each.name, names)
    }
    assert found, f"no {type_} called {names}"
    return found


def placed(made: Planned) -> dict[str, str]:
    """The management group of each subscription."""
    where = homes(made)
    return {
        where[each.urn]: str(plain(each.inputs)["groupId"]).split("-")[1]
        for each in made.resources
        if each.type.endswith(":ManagementGroupSubscription")
    }


def test_each_subscription_is_in_the_management_group_of_its_area(four: Planned, kept: Planned, one: Planned) -> None:
    assert placed(four) == {guid: area for area, guid in FOUR.items()}
    assert placed(kept) == {**placed(four), OLD: "management"}
    assert placed(one) == {OLD: "management"}
    starting = force("starter", subscriptionId=OLD)
    assert placed(starting) == {OLD: "management"}
    shared = force(
        "starter",
        platformSubscriptions={**FOUR, "identity": FOUR["connectivity"], "kept": [], "budgets": {"identity": 7}},
    )
    assert placed(shared) == {guid: area for area, guid in FOUR.items() if area != "identity"}
    amounts = {
        each["scope"][-1]: each["amount"]
        for each in shared.of("consumption:Budget")
        if isinstance(each["scope"], str)  # a landing zone's budget is for its resource group
    }
    assert amounts == {FOUR["management"][-1]: 100, FOUR["connectivity"][-1]: 7, FOUR["security"][-1]: 100}


def test_resources_are_made_in_the_subscription_of_their_area(four: Planned) -> None:
    groups = areas(four, "resources:ResourceGroup")
    assert {
        name: groups[f"{name}-group"] for name in ("network", "dns", "network-watcher", "management", "security")
    } == {
        "network": "connectivity",
        "dns": "connectivity",
        "network-watcher": "connectivity",
        "management": "management",
        "security": "security",
    }
    for kind, area in {
        "network:AzureFirewall": "connectivity",
        "network:DdosProtectionPlan": "connectivity",
        "network:VirtualNetworkGateway": "connectivity",
        "dnsresolver:DnsResolver": "connectivity",
        "operationalinsights:Workspace": "management",
    }.items():
        assert set(areas(four, kind).values()) == {area}, kind
    assert areas(four, "keyvault:Vault", "vault-*") == {"vault-vault": "security"}
    # A site's key is in the vault, its tunnel at the hub.
    assert set(areas(four, "keyvault:Secret").values()) == {"security"}
    # Azure allows private endpoints only in the subscription of their network.
    assert set(areas(four, "network:PrivateEndpoint", "[!l]*").values()) == {"connectivity"}
    assert set(areas(four, "network:PrivateEndpoint", "landing-zone-*").values()) == {"management"}
    assert areas(four, "network:VirtualNetworkPeering", "landing-zone-*") == {
        "landing-zone-records-network-peering-from-hub": "connectivity",
        "landing-zone-records-network-peering-to-hub": "management",
    }


def test_every_resource_is_in_a_resource_group_of_its_subscription(four: Planned) -> None:
    where = homes(four)
    groups = {
        (where[each.urn], plain(each.inputs)["resourceGroupName"])
        for each in four.resources
        if each.type.endswith(":ResourceGroup") and each.urn in where
    }
    wrong = [
        each.name
        for each in four.resources
        if each.urn in where
        and isinstance(group := plain(each.inputs).get("resourceGroupName"), str)
        and (where[each.urn], group) not in groups
    ]
    assert wrong == []


def test_every_subscription_is_monitored(four: Planned) -> None:
    guids = set(FOUR.values())
    assert {each["scopes"][0].rpartition("/")[2] for each in four.of("monitor:ActivityLogAlert")} == guids
    assert {each["scopeId"].rpartition("/")[2] for each in four.of("security:Pricing")} == guids
    assert set(areas(four, "security:SecurityContact").values()) == set(FOUR)
    logs = {each["resourceUri"] for each in four.of("monitor:DiagnosticSetting") if each["name"] == "activity-log"}
    assert logs == {f"/subscriptions/{guid}" for guid in guids}
    watched = areas(four, "monitor:MetricAlert")
    assert {watched[name] for name in watched if "firewall" in name} == {"connectivity"}
    assert {watched[name] for name in watched if "vault" in name} == {"security"}


def test_moving_from_one_subscription_to_four_moves_nothing(one: Planned, kept: Planned) -> None:
    before, after = homes(one), homes(kept)
    assert {urn: guid for urn, guid in after.items() if urn in before} == before
    inputs = {each.urn: plain(each.inputs) for each in kept.resources}
    assert [each.name for each in one.resources if each.custom and inputs.get(each.urn) != plain(each.inputs)] == []


def test_an_area_no_longer_kept_is_created_in_its_own_subscription() -> None:
    made = force(subscriptionId=OLD, platformSubscriptions={**FOUR, "kept": ["connectivity"]})
    assert areas(made, "network:AzureFirewall") == {"hub-firewall": "old"}
    assert areas(made, "keyvault:Vault", "vault-*") == {"vault-vault": "security"}
    assert areas(made, "network:PrivateEndpoint", "vault-*") == {"vault-endpoint": "old"}


def test_a_changed_assignment_applies_until_its_date_has_passed() -> None:
    change = {"assignment": "Deny-Storage-http", "enforcement": "audit", "reason": "A scanner speaks plain HTTP"}
    changes = [{**change, "expiresOn": (today() + timedelta(days=days)).isoformat()} for days in (0, -1)]
    for each, mode in zip(changes, ("DoNotEnforce", "Default"), strict=True):
        made = force(policyAssignments=[each])
        found = made.one("authorization:PolicyAssignment", policyAssignmentName="Deny-Storage-http")
        assert found["enforcementMode"] == mode


def test_the_settings_give_the_hierarchy_settings_and_the_inspected_rules() -> None:
    identity = f"/subscriptions/{OLD}/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/ca1"
    authority = {"keyVaultSecretId": "https://kv-ca.vault.azure.net/secrets/ca", "identityId": identity}
    made = force(
        tenantId=OLD,
        managementGroups={"hierarchySettings": True},
        hub={"firewall": {"tlsInspection": {**authority, "fqdns": ["*.example.org"]}}},
    )
    assert made.one("management:HierarchySetting")["groupId"] == OLD
    group = made.one("network:FirewallPolicyRuleCollectionGroup", ruleCollectionGroupName="tls-inspection")
    (rule,) = group["ruleCollections"][0]["rules"]
    assert (rule["targetFqdns"], rule["terminateTLS"]) == (["*.example.org"], True)
    assert made.one("network:FirewallPolicy", firewallPolicyName=group["firewallPolicyName"])["transportSecurity"]


# The permissions that the assigned Azure Policy definitions need, read at their source.
READ = json.loads((Path(__file__).parent / "azure" / "remediation.json").read_text("utf-8"))
ACTIONS: Mapping[str, tuple[str, ...]] = {
    "security-admin": ("Microsoft.Security/*",),
    "log-analytics-contributor": ("Microsoft.Insights/diagnosticSettings/*", "Microsoft.OperationalInsights/*"),
    "virtual-machine-contributor": ("Microsoft.Compute/virtualMachines/*",),
    "network-contributor": ("Microsoft.Network/*",),
    "private-dns-zone-contributor": ("Microsoft.Network/privateDnsZones/*",),
    "contributor": ("Microsoft.[!A]*",),  # all except Microsoft.Authorization
    "role-based-access-control-administrator": ("Microsoft.Authorization/roleAssignments/write",),
}
"""The relevant permissions of roles. Source: Microsoft, "Azure built-in roles", read on 30 November 2026."""
DATA = ROOT / "modules" / "azure" / "policy" / "data"
ROLES = {
    role_guid(name): key for key, name in yaml.safe_load((DATA / "built_in_roles.yaml").read_text("utf-8")).items()
}
JOINS = {
    "operationalinsights:Workspace": "Microsoft.OperationalInsights/workspaces/sharedKeys/action",
    "network:DdosProtectionPlan": "Microsoft.Network/ddosProtectionPlans/join/action",
    "privatedns:PrivateZone": "Microsoft.Network/privateDnsZones/join/action",
}
"""The permission required to use a resource that a parameter names, by the resource's type."""


def definitions(name: str) -> list[str]:
    """The built-in definitions of an assignment."""
    row = assignments()[name]
    if row.policy:
        return [row.policy]
    if row.initiative:
        return list(READ["initiatives"][row.initiative])
    if name == "Deploy-Private-DNS-Zones":
        return [each["policy"] for each in yaml.safe_load((DATA / "dns_zones.yaml").read_text("utf-8")).values()]
    own = yaml.safe_load((DATA / "initiatives.yaml").read_text("utf-8")).get(row.custom, {"definitions": {}})
    return [each["policy"] for each in own["definitions"].values() if "policy" in each]


def grants(made: Planned) -> dict[str, list[tuple[str, Any]]]:
    """The role and the grant, by the URN of the assignment whose identity has it."""
    found: dict[str, list[tuple[str, Any]]] = {}
    for each in made.resources:
        if each.type.endswith(":RoleAssignment"):
            for urn in each.references.get("principalId", ()):
                role = str(plain(each.inputs)["roleDefinitionId"]).rpartition("/")[2]
                found.setdefault(urn, []).append((ROLES.get(role, role), each))
    return found


def may(roles: list[str], action: str) -> bool:
    return any(fnmatchcase(action.lower(), one.lower()) for role in roles for one in ACTIONS.get(role, ()))


def test_every_definition_has_its_roles_or_the_permissions_it_needs(four: Planned) -> None:
    lacking = []
    granted = grants(four)
    for each in four.resources:
        if not each.type.endswith(":PolicyAssignment"):
            continue
        inputs = plain(each.inputs)
        roles = [role for role, one in granted.get(each.urn, []) if plain(one.inputs)["scope"] == inputs["scope"]]
        for guid in definitions(inputs["policyAssignmentName"]):
            wanted = READ["definitions"][guid]
            missing = set(wanted.get("roles", ())) - set(roles)
            needed = [f"{kind}/write" for kind in wanted.get("writes", ())] if missing else []
            if "owner" in missing:
                needed.append("Microsoft.Authorization/roleAssignments/write")
            lacking += [f"{each.name}: {guid}: {action}" for action in needed if not may(roles, action)]
    assert lacking == []


def joined(made: Planned, assignment: Any) -> Iterator[Any]:
    """The resources named in the parameters of an assignment or of its initiative."""
    by_urn = {each.urn: each for each in made.resources}
    name = plain(assignment.inputs)["policyAssignmentName"]
    sources = [assignment]
    if name == "Deploy-Private-DNS-Zones":
        sources += [each for each in made.resources if each.name == f"policy-initiative-{name}"]
    for source in sources:
        for key in ("parameters", "policyDefinitions"):
            for urn in source.references.get(key, ()):
                if urn in by_urn and any(by_urn[urn].type.endswith(f":{kind}") for kind in JOINS):
                    yield by_urn[urn]


@pytest.mark.parametrize("name", ["four", "one", "kept"])
def test_every_identity_has_access_to_the_resources_it_uses(name: str, request: pytest.FixtureRequest) -> None:
    made: Planned = request.getfixturevalue(name)
    granted, by_urn, seen = grants(made), {each.urn: each for each in made.resources}, set()
    lacking = []
    for each in made.resources:
        if not each.type.endswith(":PolicyAssignment") or "identity" not in each.inputs:
            continue
        for target in joined(made, each):
            kind = next(kind for kind in JOINS if target.type.endswith(f":{kind}"))
            seen.add(kind)
            inside = {target.urn, *target.references.get("resourceGroupName", ())}
            roles = [
                role
                for role, one in granted.get(each.urn, [])
                if any(urn in by_urn for urn in inside & set(one.references.get("scope", ())))
            ]
            if not may(roles, JOINS[kind]):
                lacking.append(f"{each.name}: {target.name}")
    assert lacking == []
    assert seen == set(JOINS)


def test_identities_that_assign_roles_assign_none_that_could_do_so(four: Planned) -> None:
    conditions = [
        each["condition"]
        for each in four.of("authorization:RoleAssignment")
        if each["roleDefinitionId"].endswith("f58310d9-a9f6-439a-9e8d-f62e7b41a168")
    ]
    assert len(conditions) == 1
    for privileged in (
        "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
        "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
        "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
    ):
        assert conditions[0].count(privileged) == 2  # assigning a role, and removing it
