"""A resource that may not be deployed never makes another one pass, and a condition is not inherited by children."""

import json

import pytest

from bluelamp.policies import Verdict, judge
from bluelamp.resources.templates.reading import read

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
PARAMETERS = {"on": {"type": "bool"}, "other": {"type": "bool"}, "many": {"type": "array"}}
ON = {"condition": "[parameters('on')]"}
SOME = {"copy": {"name": "each", "count": "[length(parameters('many'))]"}}
VAULT = {"type": "Microsoft.KeyVault/vaults", "apiVersion": "2023-07-01", "name": "v", "properties": {"tenantId": "t"}}
LOGS = {
    "type": "Microsoft.Insights/diagnosticSettings",
    "apiVersion": "2021-05-01-preview",
    "name": "logs",
    "scope": "Microsoft.KeyVault/vaults/v",
    "properties": {"workspaceId": "/w", "logs": [{"categoryGroup": "allLogs", "enabled": True}]},
}
SERVER = {"type": "Microsoft.Sql/servers", "apiVersion": "2023-08-01", "name": "s", "properties": {}}
AUDITING = {
    "type": "Microsoft.Sql/servers/auditingSettings",
    "apiVersion": "2023-08-01",
    "name": "s/default",
    "properties": {"state": "Enabled", "isAzureMonitorTargetEnabled": True},
}
ENTRA = {
    "type": "Microsoft.Sql/servers/azureADOnlyAuthentications",
    "apiVersion": "2023-08-01",
    "name": "s/Default",
    "properties": {"azureADOnlyAuthentication": True},
}
GROUP = {
    "type": "Microsoft.Network/networkSecurityGroups",
    "apiVersion": "2024-05-01",
    "name": "g",
    "properties": {"securityRules": []},
}
SSH = {
    "access": "Allow",
    "direction": "Inbound",
    "protocol": "Tcp",
    "priority": 200,
    "sourceAddressPrefix": "*",
    "sourcePortRange": "*",
    "destinationAddressPrefix": "*",
    "destinationPortRange": "22",
}
OPEN = {**GROUP, "properties": {"securityRules": [{"name": "ssh", "properties": SSH}]}}
DENIED = {
    "type": "Microsoft.Network/networkSecurityGroups/securityRules",
    "apiVersion": "2024-05-01",
    "name": "g/closed",
    "properties": {**SSH, "access": "Deny", "protocol": "*", "priority": 100, "destinationPortRange": "*"},
}
ALLOWED = {**DENIED, "name": "g/ssh", "properties": SSH}


def judged(folder, rule, *given):
    file = folder / "main.json"
    file.write_text(json.dumps({"$schema": SCHEMA, "parameters": PARAMETERS, "resources": list(given)}))
    return {each.urn.rpartition("::")[2]: each for each in judge(read([str(file)])) if each.rule == rule}


@pytest.mark.parametrize("may_be", [ON, SOME], ids=["condition", "loop"])
@pytest.mark.parametrize(
    ("rule", "whole", "part"),
    [
        ("BL-LOG-002", VAULT, LOGS),
        ("BL-SQL-007", SERVER, AUDITING),
        ("BL-SQL-003", SERVER, ENTRA),
        ("BL-NET-001", OPEN, DENIED),
    ],
)
def test_what_may_not_be_deployed_makes_nothing_pass(tmp_path, rule, whole, part, may_be):
    assert judged(tmp_path, rule, whole, part)[whole["name"]].verdict is Verdict.PASS
    found = judged(tmp_path, rule, whole, {**part, **may_be})[whole["name"]]
    assert found.verdict is Verdict.UNKNOWN
    assert "without them: " in found.message


def test_what_may_not_be_deployed_is_judged(tmp_path):
    assert judged(tmp_path, "BL-NET-001", GROUP, {**ALLOWED, **ON})["g/ssh"].verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("condition", "verdict"),
    [("[parameters('on')]", Verdict.PASS), ("[parameters('other')]", Verdict.UNKNOWN), (True, Verdict.UNKNOWN)],
)
def test_resources_of_one_condition_are_deployed_together(tmp_path, condition, verdict):
    found = judged(tmp_path, "BL-LOG-002", {**VAULT, "condition": condition}, {**LOGS, **ON})
    assert found["v"].verdict is verdict


def test_a_condition_holds_for_all_that_a_deployment_contains(tmp_path):
    template = {"$schema": SCHEMA, "resources": [LOGS]}
    deployment = {"type": "Microsoft.Resources/deployments", "apiVersion": "2022-09-01", "name": "logging"}
    inside = {**deployment, "properties": {"template": template}}
    assert judged(tmp_path, "BL-LOG-002", VAULT, inside)["v"].verdict is Verdict.PASS
    assert judged(tmp_path, "BL-LOG-002", VAULT, {**inside, **ON})["v"].verdict is Verdict.UNKNOWN
    assert judged(tmp_path, "BL-LOG-002", VAULT, {**inside, "condition": False})["v"].verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("own", "verdict"), [("1.0", Verdict.UNKNOWN), ("1.2", Verdict.PASS)], ids=["differs", "is the same"]
)
def test_settings_in_another_resource_that_may_not_be_deployed(tmp_path, own, verdict):
    site = {"type": "Microsoft.Web/sites", "apiVersion": "2024-04-01", "name": "w"}
    site["properties"] = {"siteConfig": {"minTlsVersion": own}}
    web = {"type": "Microsoft.Web/sites/config", "apiVersion": "2024-04-01", "name": "w/web"}
    web["properties"] = {"minTlsVersion": "1.2"}
    assert judged(tmp_path, "BL-WEB-003", site, {**web, **ON})["w"].verdict is verdict


@pytest.mark.parametrize("condition", [False, "[equals('a', 'b')]"])
def test_children_do_not_inherit_a_condition(tmp_path, condition):
    everyone = {"startIpAddress": "0.0.0.0", "endIpAddress": "255.255.255.255"}
    rule = {"type": "firewallRules", "apiVersion": "2023-08-01", "name": "all", "properties": everyone}
    server = {**SERVER, "condition": condition, "resources": [rule, {**rule, "name": "none", "condition": False}]}
    assert {name: each.verdict for name, each in judged(tmp_path, "BL-SQL-004", server).items()} == {
        "s/all": Verdict.FAIL
    }
