"""Subscriptions, backups and landing zones: the resources that a service gets before its own."""

import runpy
from pathlib import Path

import pytest
from planned import plan

from bluelamp.modules.azure.backup import Backup
from bluelamp.modules.azure.landing_zone import LandingZone, archetypes
from bluelamp.modules.azure.resource_guard import ResourceGuard
from bluelamp.modules.azure.subscription import Subscription
from bluelamp.rehearsal.values import UNKNOWN
from tests.modules.rehearsed import ROOT, of, rehearse

TENANT = "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e00"
OWN = "0a1b2c3d-52b4-4a43-9a0e-1d5a6c7b8e01"
PLATFORM = "0a1b2c3d-52b4-4a43-9a0e-1d5a6c7b8e02"
GROUP = "2b7c9d10-52b4-4a43-9a0e-1d5a6c7b8e02"
SHARED = f"/subscriptions/{PLATFORM}/resourceGroups/rg-shared/providers"
LOGS = f"{SHARED}/Microsoft.OperationalInsights/workspaces/log-shared"
HUB = {
    "virtual_network_id": f"{SHARED}/Microsoft.Network/virtualNetworks/vnet-hub",
    "virtual_network_name": "vnet-hub",
    "resource_group_name": "rg-shared",
    "firewall_address": "10.61.0.4",
}
BACKUP = {"location": "uksouth", "workload": "records", "resource_group_name": "rg", "workspace_id": LOGS}


def zone(label, archetype, **more):
    args = {
        "label": label,
        "location": "uksouth",
        "workload": "records",
        "archetype": archetype,
        "tenant_id": TENANT,
        "workspace_id": LOGS,
        "address_space": "10.61.4.0/24",
        "budget": {"contacts": ["finance@wmp.police.example"]},
        **more,
    }
    return lambda: LandingZone("records", args)


@pytest.mark.parametrize("module", ["subscription", "backup", "landing_zone"])
@pytest.mark.parametrize("example", ["minimal", "full"])
def test_the_examples_are_accepted_and_break_no_rule(module, example):
    path = ROOT / "modules" / "azure" / module / "examples" / f"{example}.py"
    assert len(rehearse(lambda: runpy.run_path(str(path))).resources) > 3


def test_an_existing_subscription_is_placed_by_its_own_provider_and_never_created(label):
    args = {"label": label, "workload": "records", "subscription_id": OWN, "management_group_name": "mg-corp-wmp-prod"}
    made = rehearse(lambda: Subscription("records", args))
    assert of(made, "Alias") == {}
    placed = next(each for each in made.resources if each.name == "records-placement")
    assert placed.inputs["groupId"] == "mg-corp-wmp-prod"
    provider = next(each for each in made.resources if each.urn == placed.provider)
    assert provider.inputs["subscriptionId"] == OWN


def test_the_content_of_a_subscription_waits_until_it_is_governed(label):
    own = {"subscription_id": OWN, "platform_subscription_id": PLATFORM, "management_group_name": "mg-corp-wmp-prod"}
    made = plan(zone(label, "corp", hub=HUB, **own))
    assert made.waits_for["records-provider"] == ["records-subscription-placement"]


def test_a_new_subscription_is_created_once_with_the_forces_tags(label):
    scope = "/providers/Microsoft.Billing/billingAccounts/1/enrollmentAccounts/2"
    made = rehearse(lambda: Subscription("records", {"label": label, "workload": "records", "billing_scope": scope}))
    properties = of(made, "Alias")["records-alias"]["properties"]
    assert properties["displayName"] == "sub-records-wmp-prod"
    assert properties["additionalProperties"]["tags"]["cost-centre"] == "WMP-4410"


def test_backups_cannot_be_destroyed_by_their_administrators(label):
    made = rehearse(lambda: Backup("backup", {"label": label, **BACKUP}))
    recovery = of(made, "Vault")["backup-recovery-vault"]["properties"]
    backup = of(made, "BackupVault")["backup-backup-vault"]["properties"]
    for vault in (recovery, backup):
        assert vault["securitySettings"]["immutabilitySettings"] == {"state": "Unlocked"}
    assert recovery["securitySettings"]["softDeleteSettings"]["softDeleteState"] == "AlwaysON"
    assert backup["securitySettings"]["softDeleteSettings"]["state"] == "AlwaysOn"
    assert recovery["publicNetworkAccess"] == "Disabled"
    assert recovery["redundancySettings"]["crossRegionRestore"] == "Enabled"
    assert set(of(made, "ProtectionPolicy")) == {f"backup-{each}-policy" for each in ("machines", "sql", "files")}


def test_a_guard_requires_two_people_and_is_created_last(label):
    guard = f"{SHARED}/Microsoft.DataProtection/resourceGuards/guard-backup"
    made = plan(lambda: Backup("backup", {"label": label, **BACKUP, "resource_guard_id": guard}))
    for proxy in ("recoveryservices:ResourceGuardProxy", "dataprotection:DppResourceGuardProxy"):
        assert made.one(proxy)["properties"]["resourceGuardResourceId"] == guard
    assert "backup-machines-policy" in made.waits_for["backup-recovery-vault-guard"]


def test_a_wrong_argument_of_a_resource_guard_is_named(label):
    args = {"label": label, "location": "uksouth", "resource_groupname": "rg"}
    with pytest.raises(ValueError, match="ResourceGuard 'guard': resource_groupname is not an argument"):
        plan(lambda: ResourceGuard("guard", args))


def test_deleting_a_vault_takes_two_steps(label):
    made = plan(lambda: Backup("backup", {"label": label, **BACKUP}))
    assert {lock["level"] for lock in made.of("authorization:ManagementLockByScope")} == {"CanNotDelete"}
    assert "backup-machines-policy" in made.waits_for["backup-recovery-vault-lock"]  # so the lock is deleted before it


def test_backups_are_kept_as_long_as_the_settings_say(label):
    retention = {"daily_days": 45, "yearly_years": 7}
    made = plan(lambda: Backup("backup", {"label": label, **BACKUP, "retention": retention}))
    kept = made.one("recoveryservices:ProtectionPolicy", policyName="machines-daily")["properties"]["retentionPolicy"]
    assert kept["dailySchedule"]["retentionDuration"] == {"count": 45, "durationType": "Days"}
    assert kept["yearlySchedule"]["retentionDuration"] == {"count": 7, "durationType": "Years"}
    for policy in made.of("dataprotection:BackupPolicy"):
        _, *rules = policy["properties"]["policyRules"]
        assert {rule["lifecycles"][0]["deleteAfter"]["duration"] for rule in rules} == {"P45D"}


def test_every_mistake_in_backups_is_reported_at_once(label):
    wrong = {"immutability": "locked", "redundancy": "ZoneRedundant", "retention": {"daily_days": 3}}
    with pytest.raises(ValueError, match="immutability is 'locked'; use Unlocked, Locked") as messages:
        plan(lambda: Backup("backup", {"label": label, **BACKUP, "location": "ukwest", **wrong}))
    assert "ukwest has no zones; use GeoRedundant" in str(messages.value)
    assert "retention.daily_days is 3; use 7 to 9999" in str(messages.value)


def test_a_corporate_zone_in_the_platforms_subscription_is_behind_the_hub(label):
    access = {"developers": {"principal_id": GROUP, "role": "Contributor"}}
    made = rehearse(zone(label, "corp", hub=HUB, access=access, private_zone_ids={}))
    assert set(of(made, "VirtualNetworkPeering")) == {
        "records-network-peering-from-hub",
        "records-network-peering-to-hub",
    }
    routes = of(made, "RouteTable")["records-network-routes"]["routes"]
    assert [route["nextHopIpAddress"] for route in routes] == ["10.61.0.4"]
    assert not of(made, "WebApplicationFirewallPolicy")
    assert not of(made, "Alias")
    role = of(made, "RoleAssignment")["records-developers"]
    assert role["scope"] is UNKNOWN  # the service's resource group, not the platform's subscription
    assert role["roleDefinitionId"].endswith("/b24988ac-6180-42a0-ab88-20f7382dd24c")
    assert of(made, "Budget")["records-budget-budget"]["amount"] == archetypes()["corp"].budget


def test_a_zone_in_its_own_subscription_makes_the_hub_side_of_the_peering_in_the_hubs(label):
    own = {"subscription_id": OWN, "platform_subscription_id": PLATFORM, "management_group_name": "mg-corp-wmp-prod"}
    made = rehearse(zone(label, "corp", hub=HUB, access={"team": {"principal_id": GROUP, "role": "Reader"}}, **own))
    by_name = {each.name: each for each in made.resources}
    of_urn = {each.urn: each for each in made.resources}

    def subscription(name):
        return of_urn[by_name[name].provider].inputs["subscriptionId"]

    assert subscription("records-network-peering-from-hub") == PLATFORM
    assert subscription("records-network-peering-to-hub") == OWN
    assert subscription("records-vault-vault") == OWN
    assert by_name["records-team"].inputs["scope"] == f"/subscriptions/{OWN}"
    assert by_name["records-budget-budget"].inputs["scope"] == f"/subscriptions/{OWN}"
    assert by_name["records-activity-subscription"].inputs["resourceUri"] == f"/subscriptions/{OWN}"


def test_an_internet_facing_zone_has_a_blocking_web_application_firewall_in_its_region(label):
    made = rehearse(zone(label, "online", hub=HUB))
    firewall = of(made, "WebApplicationFirewallPolicy")["records-firewall"]
    assert firewall["policySettings"]["mode"] == "Prevention"
    assert firewall["location"] == "uksouth"


def test_a_confidential_zone_encrypts_its_backups_with_the_forces_own_key(label):
    made = rehearse(zone(label, "confidential-corp", hub=HUB))
    assert of(made, "Key")["records-vault-key-backup"]["properties"]["kty"] == "RSA-HSM"
    vault = of(made, "Vault")["records-backup-recovery-vault"]
    assert vault["properties"]["encryption"]["kekIdentity"]["useSystemAssignedIdentity"] is False
    settings = of(made, "BackupVault")["records-backup-backup-vault"]["properties"]["securitySettings"]
    assert settings["encryptionSettings"]["state"] == "Enabled"


def test_a_sandbox_is_isolated_cheap_and_has_an_end_date(label):
    made = rehearse(zone(label, "sandbox", expires_on="2027-03-31"))
    assert not of(made, "VirtualNetworkPeering")
    assert not of(made, "Vault")
    assert [r["nextHopType"] for r in of(made, "RouteTable")["records-network-routes"]["routes"]] == ["None"]
    assert of(made, "Budget")["records-budget-budget"]["amount"] <= 1000
    tagged = [each.inputs["tags"] for each in made.resources if "tags" in each.inputs]
    assert {tags["expires-on"] for tags in tagged} == {"2027-03-31"}


def test_protection_covers_what_cannot_be_restored(label):
    own = {"subscription_id": OWN, "platform_subscription_id": PLATFORM}
    made = rehearse(zone(label, "confidential-corp", hub=HUB, protect=True, **own))
    assert {each.name for each in made.resources if each.protect} >= {
        "records-network-network",
        "records-vault-vault",
        "records-vault-key-backup",
        "records-backup-recovery-vault",
        "records-backup-backup-vault",
    }


@pytest.mark.parametrize(
    ("archetype", "more", "message"),
    [
        ("corporate", {}, "archetype is 'corporate'; did you mean corp?"),
        (
            "corp",
            {"subscription_id": OWN, "billing_scope": "/b"},
            "subscription_id and billing_scope are mutually exclusive",
        ),
        ("corp", {"subscription_id": OWN, "hub": HUB}, "platform_subscription_id is required"),
        ("corp", {"management_group_name": "mg"}, "give subscription_id or billing_scope too"),
        ("corp", {"web_application_firewall": "global"}, "use none, regional, front-door"),
        ("corp", {"subnets": {"web": {"address_prefix": "10.61.4.0/26"}}}, "subnets lacks private-endpoints"),
        ("sandbox", {}, "expires_on is required: a sandbox needs an expiry date"),
        ("sandbox", {"expires_on": "soon"}, "expires_on is 'soon'; use a date such as 2027-03-31"),
        ("sandbox", {"expires_on": "2027-03-31", "hub": HUB}, "a sandbox has no hub"),
        (
            "sandbox",
            {"expires_on": "2027-03-31", "budget": {"contacts": ["a@b.example"], "amount": 5000}},
            "budget.amount is 5000; a sandbox takes at most 1000",
        ),
        (
            "corp",
            {"access": {"boss": {"principal_id": GROUP, "role": "Owner"}}},
            "access.boss.role is 'Owner', which must not be permanent",
        ),
        ("corp", {"access": {"a": {"principal_id": GROUP, "role": "Readr"}}}, "did you mean Reader?"),
        ("corp", {"acess": {}}, "acess is not an argument; did you mean access?"),
        ("corp", {"backup": {"immutabilty": "Locked"}}, "backup.immutabilty is not an argument"),
    ],
)
def test_a_wrong_argument_is_reported_with_what_is_right(label, archetype, more, message):
    with pytest.raises(ValueError, match=message.replace("?", r"\?")):
        plan(zone(label, archetype, **more))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({}, "give either subscription_id"),
        ({"subscription_id": OWN, "billing_scope": "/b"}, "give either subscription_id"),
        ({"billing_scope": "/b", "offer": "Test"}, "offer is 'Test'; use Production or DevTest"),
        ({"billing_scop": "/b"}, "billing_scop is not an argument; did you mean billing_scope?"),
    ],
)
def test_a_subscription_is_either_created_or_adopted(label, more, message):
    with pytest.raises(ValueError, match=message.replace("?", r"\?")):
        plan(lambda: Subscription("records", {"label": label, "workload": "records", **more}))


def test_two_environments_of_a_force_never_share_the_name_of_a_role_assignment(label):
    def names(environment):
        access = {"team": {"principal_id": GROUP, "role": "Reader"}}
        made = plan(zone({**label, "environment": environment}, "sandbox", expires_on="2027-03-31", access=access))
        return {each["roleAssignmentName"] for each in made.of("authorization:RoleAssignment")}

    assert names("prod") == names("prod")
    assert not names("prod") & names("test")


def test_archetypes_name_management_groups_of_the_hierarchy():
    hierarchy = (Path(ROOT) / "modules" / "azure" / "management_groups").rglob("*.*")
    text = "".join(path.read_text("utf-8") for path in hierarchy if path.suffix in (".py", ".yaml"))
    assert [kind.management_group for kind in archetypes().values() if kind.management_group not in text] == []
