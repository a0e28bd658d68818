import pytest
from planned import Planned, plan

from bluelamp.modules.azure.firewall_policy import FirewallPolicy, FirewallRules

ARGS = {
    "location": "uksouth",
    "resource_group_name": "rg",
    "workload": "base",
    "estate": ["10.61.0.0/16", "10.189.0.0/16"],
    "workspace_id": "/id/logs",
}
RULE = {"name": "https", "sources": ["estate"], "destinations": ["10.1.0.0/16"], "ports": ["443"]}
WEB = {"name": "maps", "sources": ["estate"], "fqdns": ["api.os.uk"], "web": ["Https:443"]}


INSPECTED = {**WEB, "terminate_tls": True}
AUTHORITY = {
    "key_vault_secret_id": "https://kv-ca.vault.azure.net/secrets/firewall-ca",
    "identity_id": "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-ca",
}


def group(*rules, name="own", priority=400, action="Allow", **more):
    return {
        "name": name,
        "priority": priority,
        "collections": [{"name": "only", "priority": 100, "action": action, "rules": list(rules), **more}],
    }


def policy(label, **more) -> Planned:
    return plan(lambda: FirewallPolicy("base", {"label": label, **ARGS, **more}))


def test_a_base_policy_denies_first_and_inspects_what_it_allows(label):
    made = policy(label)
    settings = made.one("network:FirewallPolicy")
    assert (settings["threatIntelMode"], settings["intrusionDetection"]) == ("Deny", {"mode": "Deny"})
    groups = sorted(made.of("network:FirewallPolicyRuleCollectionGroup"), key=lambda each: each["priority"])
    assert [each["ruleCollectionGroupName"] for each in groups] == ["never", "azure", "updates"]
    assert {part["action"]["type"] for part in groups[0]["ruleCollections"]} == {"Deny"}
    denied = {
        port for part in groups[0]["ruleCollections"] for rule in part["rules"] for port in rule["destinationPorts"]
    }
    assert {"22", "3389", "445", "25", "53"} <= denied
    sources = {
        source
        for each in groups
        for part in each["ruleCollections"]
        for rule in part["rules"]
        for source in rule["sourceAddresses"]
    }
    assert sources == set(ARGS["estate"])


def test_groups_are_created_one_after_another(label):
    made = policy(label)
    groups = ["base-never", "base-azure", "base-updates"]
    waits = {name: [other for other in made.waits_for[name] if other in groups] for name in groups}
    assert waits == {"base-never": [], "base-azure": ["base-never"], "base-updates": ["base-azure"]}


def test_a_force_adds_rules_of_its_own_to_a_policy(label):
    where = {"resource_group_name": "rg", "policy_name": "afwp-hub", "estate": ["10.61.0.0/16"]}
    made = plan(
        lambda: FirewallRules("own", {**where, "rule_groups": [group(RULE), group(WEB, name="web", priority=500)]})
    )
    rules = {
        each["ruleCollectionGroupName"]: each["ruleCollections"][0]["rules"][0]
        for each in made.of("network:FirewallPolicyRuleCollectionGroup")
    }
    assert (rules["own"]["ruleType"], rules["own"]["sourceAddresses"]) == ("NetworkRule", ["10.61.0.0/16"])
    assert rules["web"]["protocols"] == [{"port": 443, "protocolType": "Https"}]


def test_a_standard_policy_inspects_nothing_and_inherits(label):
    made = policy(label, tier="Standard", base_policy_id="/id/above", rule_groups=[]).one("network:FirewallPolicy")
    assert "intrusionDetection" not in made
    assert made["basePolicy"] == {"id": "/id/above"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tier": "Basic"}, "tier is 'Basic'; allowed are Standard and Premium"),
        ({"threat_intel_mode": "Block"}, "threat_intel_mode is 'Block'; allowed are Deny, Alert, Off"),
        ({"tier": "Standard", "intrusion_detection": {"mode": "Deny"}}, "intrusion_detection needs the Premium tier"),
        ({"intrusion_detection": {"signature_overrides": {"1": "No"}}}, "signature_overrides.1 is 'No'"),
        ({"rule_groups": [group(RULE), group(RULE)]}, "rule_groups has name own more than once"),
        ({"rule_groups": [group(RULE, priority=70000)]}, "rule_groups.own.priority is 70000; allowed are 100 to 65000"),
        ({"rule_groups": [group(RULE, action="Permit")]}, "own.only.action is 'Permit'; allowed are Allow and Deny"),
        ({"rule_groups": [group(RULE, WEB)]}, "own.only must have rules, all of the network (ports) or all of applic"),
        ({"rule_groups": [group({**WEB, "web": ["https"]})]}, "own.only.maps.web is 'https'; write it as Https:443"),
        ({"rule_groups": [group({**RULE, "fqdns": ["a.uk"]})]}, "own.only.https must have one of destinations, fqdns"),
        ({"rule_groups": [group({**RULE, "ports": []})]}, "own.only.https.ports is required"),
        (
            {"rule_groups": [group(INSPECTED)]},
            "own.only.maps.terminate_tls needs a policy with a certificate_authority",
        ),
        (
            {"certificate_authority": AUTHORITY, "rule_groups": [group({**INSPECTED, "web": ["Http:80"]})]},
            "own.only.maps.terminate_tls needs Https in web",
        ),
        ({"certificate_authority": AUTHORITY, "tier": "Standard"}, "certificate_authority needs the Premium tier"),
        (
            {"certificate_authority": {**AUTHORITY, "key_vault_secret_id": "https://kv-ca.vault.azure.net/keys/ca"}},
            "key_vault_secret_id is 'https://kv-ca.vault.azure.net/keys/ca'; write https://",
        ),
        ({"certificate_authority": {**AUTHORITY, "identity_id": "id-ca"}}, "identity_id is 'id-ca'; write the ARM id"),
        ({"certificate_authority": {"identity_id": "id-ca"}}, "key_vault_secret_id is required"),
        (
            {"rule_groups": [{**group(RULE), "prority": 1}]},
            "rule_groups[0].prority is not an argument; did you mean pri",
        ),
    ],
)
def test_a_wrong_argument_of_a_firewall_policy_is_named(label, change, message):
    with pytest.raises(ValueError, match="base") as caught:
        policy(label, **change)
    assert message in str(caught.value)


def test_a_policy_with_a_certificate_authority_inspects_tls(label):
    made = policy(label, certificate_authority=AUTHORITY, rule_groups=[group(INSPECTED)])
    settings = made.one("network:FirewallPolicy")
    assert settings["transportSecurity"]["certificateAuthority"] == {
        "keyVaultSecretId": AUTHORITY["key_vault_secret_id"],
        "name": "tls-inspection",
    }
    assert settings["identity"] == {"type": "UserAssigned", "userAssignedIdentities": [AUTHORITY["identity_id"]]}
    (rules,) = made.one("network:FirewallPolicyRuleCollectionGroup")["ruleCollections"]
    assert rules["rules"][0]["terminateTLS"] is True
    assert "transportSecurity" not in policy(label).one("network:FirewallPolicy")


def test_tls_inspection_rules_are_added_only_to_a_policy_that_supports_them(label):
    where = {"resource_group_name": "rg", "policy_name": "afwp-hub", "estate": ["10.61.0.0/16"]}
    with pytest.raises(ValueError, match="terminate_tls needs a policy with a certificate_authority"):
        plan(lambda: FirewallRules("own", {**where, "rule_groups": [group(INSPECTED)]}))
    made = plan(lambda: FirewallRules("own", {**where, "inspects_tls": True, "rule_groups": [group(INSPECTED)]}))
    assert made.one("network:FirewallPolicyRuleCollectionGroup")
