import subprocess
import sys
from pathlib import Path

import pytest
from planned import Planned, built

from bluelamp.infra.force import ROOT
from bluelamp.modules.naming import MANDATORY
from bluelamp.rehearsal.sdk.schema import Catalogue

NOT_A_NAME_OF_ITS_OWN = {
    "alertRuleTemplateName",
    "alternateName",
    "displayName",
    "dnsName",
    "eventHubName",
    "name",
    "roleName",
}
"""Inputs that end in `Name` and name something else, or are for people only."""
AZURE = Catalogue("azure-native")
OWNER = {"role": "Head of ICT", "email": "head.of.ict@kent.police.example"}
BUDGET = {"amount": 100, "contacts": ["finance@kent.police.example"]}


def kent(azure: dict | None = None, **more) -> Planned:
    settings = {"owner": OWNER, "costCentre": "EXP-1", "azure": {"budget": BUDGET, **(azure or {})}, **more}
    return built("kent", settings)


@pytest.mark.parametrize("slug", ["west-midlands", "essex", "dyfed-powys"])
def test_every_taggable_resource_has_every_mandatory_tag(slug):
    tagged = 0
    for resource in built(slug).resources:
        if resource.type.startswith("azure-native:") and "tags" in AZURE.resource(resource.type).inputs.properties:
            assert set(resource.inputs["tags"]) >= {*MANDATORY, "owner-contact"}, resource.urn
            assert resource.inputs["tags"]["force"] == slug
            tagged += 1
    assert tagged >= 10


def test_a_hybrid_force_has_both_halves():
    made = built("west-midlands")
    assert made.one("network:VirtualNetwork", virtualNetworkName="vnet-hub-wmp-prod-uks")
    assert made.outputs["firewallAddress"] == "10.61.0.4"
    assert made.outputs["tenantNamespaces"] == {
        "live/digital-evidence": "digital-evidence",
        "live/command-and-control": "command-and-control",
        "live/analysis": "analysis",
        "live/datahub": "datahub",
    }
    denied = {
        each["metadata"]["namespace"] for each in made.of("NetworkPolicy") if each["metadata"]["name"] == "deny-all"
    }
    assert denied >= {"digital-evidence", "command-and-control"}
    owners = {
        space["metadata"]["name"]: space["metadata"]["annotations"]["bluelamp/business-owner"]
        for space in made.of("core/v1:Namespace")
    }
    assert owners["digital-evidence"] == "Digital Evidence Service Owner"


def test_a_cloud_only_force_has_no_tenants():
    made = built("essex")
    assert made.of("core/v1:Namespace") == []
    assert "tenantNamespaces" not in made.outputs


def test_no_name_is_left_to_chance_or_to_the_provider():
    for resource in built("west-midlands").resources:
        package = resource.type.partition(":")[0]
        if package == "azure-native":
            names = [each for each in AZURE.resource(resource.type).inputs.properties if each.endswith("Name")]
            for own in {*names} - NOT_A_NAME_OF_ITS_OWN:
                assert isinstance(resource.inputs.get(own), str), f"{resource.type}: {own} is left open"
        elif package == "kubernetes":
            assert isinstance(resource.inputs["metadata"]["name"], str)


def test_resources_stay_in_the_united_kingdom():
    locations = {each.inputs["location"] for each in built("west-midlands").resources if "location" in each.inputs}
    assert locations == {"uksouth", "ukwest", "global"}


def test_a_rule_in_the_settings_reaches_the_hubs_security_group():
    rule = {"name": "rdp", "priority": 200, "access": "Allow", "source": "Internet", "ports": ["3389"]}
    made = kent({"hub": {"rules": [rule]}})
    group = made.one("network:NetworkSecurityGroup", networkSecurityGroupName="nsg-hub-kent-prod-uks")
    (found,) = [each for each in group["securityRules"] if each["name"] == "rdp"]
    assert (found["sourceAddressPrefix"], found["destinationPortRange"], found["access"]) == (
        "Internet",
        "3389",
        "Allow",
    )


def test_the_settings_reach_the_vault_the_workspace_and_the_budget():
    made = kent(
        {
            "tenantId": "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e01",
            "subscriptionId": "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e02",
            "keyVault": {"sku": "standard", "softDeleteRetentionDays": 30},
            "logAnalytics": {"retentionDays": 730, "dailyQuotaGb": 5},
        }
    )
    properties = made.one("keyvault:Vault")["properties"]
    assert (properties["sku"]["name"], properties["softDeleteRetentionInDays"]) == ("standard", 30)
    assert properties["tenantId"] == "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e01"
    workspace = made.one("operationalinsights:Workspace")
    assert (workspace["retentionInDays"], workspace["workspaceCapping"]) == (730, {"dailyQuotaGb": 5})
    assert made.one("consumption:Budget")["scope"] == "/subscriptions/6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e02"


def test_without_a_subscription_the_signed_in_one_is_used():
    assert kent().one("consumption:Budget")["scope"] == "/subscriptions/logged-in-subscription"
    assert kent().one("keyvault:Vault")["properties"]["tenantId"] == "logged-in-tenant"


def test_version_aliases_are_dropped_and_renamed_modules_kept():
    dropped = kent().aliases
    assert not [alias for aliases in dropped.values() for alias in aliases if "/v" in alias]
    assert ["azure-native:insights:DiagnosticSetting"] in dropped.values()


def test_version_aliases_are_kept_if_the_settings_say_so():
    kept = kent(versionAliases="keep").aliases
    assert [alias for aliases in kept.values() for alias in aliases if alias.startswith("azure-native:network/v")]


@pytest.mark.parametrize(
    ("settings", "loaded", "unloaded"),
    [
        ("{'azure': {'budget': BUDGET}}", "pulumi_azure_native.network", "pulumi_kubernetes"),
        ("{'onPremises': {'tenants': [{'name': 'records'}]}}", "pulumi_kubernetes", "pulumi_azure_native"),
    ],
)
def test_only_the_sdks_that_a_force_needs_are_loaded(settings, loaded, unloaded):
    here = str(Path(__file__).parent)
    script = (
        f"import sys; sys.path[:0] = [{here!r}, {str(ROOT)!r}]\n"
        "from test_program import BUDGET, OWNER, built\n"
        f"built('kent', {{'owner': OWNER, 'costCentre': 'EXP-1', **{settings}}})\n"
        f"assert {loaded!r} in sys.modules and {unloaded!r} not in sys.modules, sorted(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
