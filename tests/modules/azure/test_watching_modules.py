import re

import pytest
from planned import plan

from bluelamp.modules.azure.alerts import Alerts
from bluelamp.modules.azure.defender import Defender
from bluelamp.modules.azure.sentinel import Sentinel

SUBSCRIPTION = "11111111-1111-4111-8111-111111111111"
ALERTS = {
    "location": "uksouth",
    "workload": "platform",
    "resource_group_name": "rg",
    "subscription_ids": [SUBSCRIPTION],
    "contacts": ["duty@wmp.police.example"],
}
COLUMNS = {"Caller", "CallerIpAddress", "_ResourceId", "UserPrincipalName", "IPAddress"}
"""Columns that the tables have of themselves."""
SENTINEL = {"resource_group_name": "rg", "workspace_name": "log", "tenant_id": SUBSCRIPTION}


def alerts(label, **more):
    return plan(lambda: Alerts("alerts", {"label": label, **ALERTS, **more}))


@pytest.mark.parametrize(
    "operation",
    [
        "Microsoft.Network/networkSecurityGroups/securityRules/write",
        "Microsoft.Network/firewallPolicies/ruleCollectionGroups/write",
        "Microsoft.Authorization/policyAssignments/delete",
        "Microsoft.KeyVault/vaults/delete",
        "Microsoft.Insights/diagnosticSettings/delete",
    ],
)
def test_a_dangerous_change_raises_an_alert(label, operation):
    watching = [
        each
        for each in alerts(label).of("monitor:ActivityLogAlert")
        for condition in each["condition"]["allOf"]
        if operation in [leaf["equals"] for leaf in condition.get("anyOf", [])]
    ]
    assert len(watching) == 1
    assert watching[0]["scopes"] == [f"/subscriptions/{SUBSCRIPTION}"]
    assert watching[0]["enabled"] is True


def test_every_kind_of_service_health_is_sent_to_the_action_group(label):
    made = alerts(label)
    kinds = {
        condition["equals"]
        for each in made.of("monitor:ActivityLogAlert")
        for condition in each["condition"]["allOf"]
        if condition.get("field") == "properties.incidentType"
    }
    assert kinds == {"Incident", "Security", "ActionRequired", "Maintenance"}
    group = made.one("monitor:ActionGroup")
    assert [each["emailAddress"] for each in group["emailReceivers"]] == ["duty@wmp.police.example"]
    assert len(group["groupShortName"]) <= 12
    assert all("alerts-group" in made.waits_for[f"alerts-{key}"] for key in ("service-incident", "policy-changed"))


def test_log_alerts_need_a_workspace_and_metric_alerts_a_monitored_resource(label):
    assert alerts(label).of("monitor:ScheduledQueryRule") == []
    made = alerts(label, workspace_id="/id/logs", watched={"hub": {"kind": "firewall", "id": "/id/firewall"}})
    assert {tuple(each["scopes"]) for each in made.of("monitor:ScheduledQueryRule")} == {("/id/logs",)}
    metrics = {each["criteria"]["allOf"][0]["metricName"] for each in made.of("monitor:MetricAlert")}
    assert metrics == {"FirewallHealth", "SNATPortUtilization"}


def test_an_unwanted_alert_is_left_out(label):
    fewer, all_of_them = alerts(label, without=["backup-changed"]), alerts(label)
    assert len(all_of_them.of("monitor:ActivityLogAlert")) - len(fewer.of("monitor:ActivityLogAlert")) == 1


def test_every_mistake_in_alerts_is_reported_at_once(label):
    with pytest.raises(ValueError, match="Alerts 'alerts'") as messages:
        alerts(label, contacts=[], without=["backup-change"], watched={"hub": {"kind": "firewal", "id": "/id"}})
    for part in (
        "contacts is empty; name at least one",
        "without: backup-change is not an alert; did you mean backup-changed?",
        "watched.hub.kind is 'firewal'; allowed are firewall, ",
        "did you mean firewall?",
    ):
        assert part in str(messages.value)


def defender(**more):
    args = {"subscription_ids": {"platform": SUBSCRIPTION}, "contacts": ["soc@wmp.police.example"], **more}
    return plan(lambda: Defender("defender", args))


def test_every_defender_plan_is_enabled_in_full(label):
    made = defender()
    plans = {each["pricingName"]: each for each in made.of("security:Pricing")}
    assert len(plans) == 13
    assert {each["pricingTier"] for each in plans.values()} == {"Standard"}
    assert {each["scopeId"] for each in plans.values()} == {f"subscriptions/{SUBSCRIPTION}"}
    assert plans["VirtualMachines"]["subPlan"] == "P2"
    assert {x["isEnabled"] for each in plans.values() for x in each.get("extensions", [])} == {"True"}
    contact = made.one("security:SecurityContact")
    assert (contact["emails"], contact["isEnabled"]) == ("soc@wmp.police.example", True)


def test_plans_are_changed_one_after_another(label):
    made = defender()
    names = [each.name for each in made.resources if each.type.endswith(":Pricing")]
    waiting = [len([other for other in made.waits_for[name] if other in names]) for name in names]
    assert sorted(waiting) == [0] + [1] * 12


def test_disabled_plans_are_explicit(label):
    made = defender(plans={"AI": {"enabled": False}, "VirtualMachines": {"extensions": ["AgentlessVmScanning"]}})
    assert made.one("security:Pricing", pricingName="AI")["pricingTier"] == "Free"
    machines = made.one("security:Pricing", pricingName="VirtualMachines")["extensions"]
    assert {each["name"]: each["isEnabled"] for each in machines} == {
        "MdeDesignatedSubscription": "False",
        "AgentlessVmScanning": "True",
        "FileIntegrityMonitoring": "False",
    }


def test_a_misspelt_plan_or_extension_is_refused_with_the_nearest():
    with pytest.raises(ValueError, match="Defender 'defender'") as messages:
        defender(
            contacts=[],
            plans={"KeyVault": {}, "StorageAccounts": {"extensions": ["OnUploadScanning"]}},
        )
    for part in (
        "contacts is empty",
        "plans.KeyVault is not a plan; did you mean KeyVaults?",
        "plans.StorageAccounts.extensions: OnUploadScanning is not one of OnUploadMalwareScanning, ",
    ):
        assert part in str(messages.value)


def test_sentinel_is_created_before_its_dependants(label):
    made = plan(lambda: Sentinel("sentinel", {"label": label, **SENTINEL, "subscription_ids": {"one": SUBSCRIPTION}}))
    others = [each.name for each in made.resources if each.custom and each.name != "sentinel-onboarding"]
    others = [name for name in others if name.startswith("sentinel-")]
    assert len(others) > 10
    assert all("sentinel-onboarding" in made.waits_for[name] for name in others)


def test_the_rules_of_sentinel_create_incidents_with_entities(label):
    made = plan(lambda: Sentinel("sentinel", {"label": label, **SENTINEL}))
    rules = made.of("securityinsights:ScheduledAlertRule")
    assert all(rule["incidentConfiguration"]["createIncident"] is True for rule in rules)
    for rule in rules:
        columns = {field["columnName"] for entity in rule["entityMappings"] for field in entity["fieldMappings"]}
        named = set(re.findall(r"\w+", rule["query"])) | COLUMNS
        assert columns <= named
        assert all(re.fullmatch(r"T\d{4}", each) for each in rule["techniques"])
    assert len({rule["ruleId"] for rule in rules}) == len(rules)


def test_two_forces_do_not_share_the_names_of_their_rules(label):
    def ids(force):
        made = plan(lambda: Sentinel("sentinel", {"label": {**label, "force": force}, **SENTINEL}))
        return {rule["ruleId"] for rule in made.of("securityinsights:ScheduledAlertRule")}

    assert ids("essex").isdisjoint(ids("kent"))
    assert ids("essex") == ids("essex")


def test_an_unknown_connector_or_rule_is_refused_with_the_nearest(label):
    args = {"label": label, **SENTINEL, "connectors": ["office365"], "without_rules": ["many-deletion"]}
    with pytest.raises(ValueError, match="Sentinel 'sentinel'") as messages:
        plan(lambda: Sentinel("sentinel", args))
    assert "connectors: office365 is not one of" in str(messages.value)
    assert "did you mean office-365?" in str(messages.value)
    assert "did you mean many-deletions?" in str(messages.value)
