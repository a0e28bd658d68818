"""Settings in a child resource of a template are judged as those of the parent."""

import json

import pytest

from bluelamp.policies import UNKNOWN, Verdict, judge
from bluelamp.resources.templates.reading import read

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
SITE = {"type": "Microsoft.Web/sites", "apiVersion": "2024-04-01", "name": "app", "location": "uksouth"}
WEB = {"type": "Microsoft.Web/sites/config", "apiVersion": "2024-04-01", "name": "app/web"}


def resources(folder, *given):
    file = folder / "main.json"
    file.write_text(json.dumps({"$schema": SCHEMA, "resources": list(given)}))
    return read([str(file)])


def verdicts(found, *rules):
    return {each.rule: each.verdict for each in judge(found) if each.rule in rules}


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(
    ("own", "message"), [({}, {"minTlsVersion": "1.0"}), ({"minTlsVersion": "1.2"}, {"mintlsversion": "1.0"})]
)
def test_the_child_settings_of_a_site_override_its_own(tmp_path, own, message, first):
    site = {**SITE, "properties": {"httpsOnly": True, "siteConfig": own}}
    web = {**WEB, "properties": {**message, "remoteDebuggingEnabled": True, "ftpsState": "Disabled"}}
    (found,) = resources(tmp_path, *([web, site] if first else [site, web]))
    assert found.type == "azure-native:web:WebApp"
    assert verdicts([found], "BL-WEB-001", "BL-WEB-002", "BL-WEB-003", "BL-WEB-005") == {
        "BL-WEB-001": Verdict.PASS,
        "BL-WEB-002": Verdict.PASS,
        "BL-WEB-003": Verdict.FAIL,
        "BL-WEB-005": Verdict.FAIL,
    }


def test_settings_without_their_site_are_judged_and_the_rest_is_unknown(tmp_path):
    (found,) = resources(tmp_path, {**WEB, "properties": {"minTlsVersion": "1.0"}})
    assert found.properties["siteConfig"]["minTlsVersion"] == "1.0"
    assert found.properties["siteConfig"]["ftpsState"] is UNKNOWN
    assert verdicts([found], "BL-WEB-001", "BL-WEB-002", "BL-WEB-003") == {
        "BL-WEB-001": Verdict.UNKNOWN,
        "BL-WEB-002": Verdict.UNKNOWN,
        "BL-WEB-003": Verdict.FAIL,
    }


def test_nested_children_slots_and_unknown_settings_are_merged(tmp_path):
    slot = {**SITE, "type": "Microsoft.Web/sites/slots", "name": "app/blue", "properties": {}}
    inner = {"type": "config", "apiVersion": "2024-04-01", "name": "web"}
    site = {**SITE, "properties": {}, "resources": [{**inner, "properties": {"minTlsVersion": "1.1"}}]}
    slot["resources"] = [{**inner, "properties": "[reference('elsewhere')]"}]
    found = {each.type.rpartition(":")[2]: each for each in resources(tmp_path, site, slot)}
    assert verdicts([found["WebApp"]], "BL-WEB-003") == {"BL-WEB-003": Verdict.FAIL}
    assert verdicts([found["WebAppSlot"]], "BL-WEB-003") == {"BL-WEB-003": Verdict.UNKNOWN}


def test_other_sites_keep_their_own(tmp_path):
    other = {**SITE, "name": "other", "properties": {"siteConfig": {"minTlsVersion": "1.2"}}}
    site = {**SITE, "properties": {"siteConfig": {"minTlsVersion": "1.2"}}}
    found = resources(tmp_path, other, site, {**WEB, "properties": {"minTlsVersion": "1.0"}})
    assert [each.properties["siteConfig"]["minTlsVersion"] for each in found] == ["1.2", "1.0"]


def test_a_vaults_child_settings_are_separate(tmp_path):
    vault = {"apiVersion": "2024-04-01", "type": "Microsoft.RecoveryServices/vaults", "name": "v", "properties": {}}
    config = {**vault, "type": "Microsoft.RecoveryServices/vaults/backupconfig", "name": "v/vaultconfig"}
    config["properties"] = {"softDeleteFeatureState": "Disabled"}
    storage = {**vault, "type": "Microsoft.RecoveryServices/vaults/backupstorageconfig", "name": "v/vaultstorageconfig"}
    storage["properties"] = {"storageModelType": "LocallyRedundant", "crossRegionRestoreFlag": True}
    (found,) = resources(tmp_path, vault, config, storage)
    assert verdicts([found], "BL-BAK-003", "BL-BAK-004", "BL-BAK-005") == {
        "BL-BAK-003": Verdict.FAIL,
        "BL-BAK-004": Verdict.PASS,
        "BL-BAK-005": Verdict.FAIL,
    }


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("2019-04-01", Verdict.PASS),
        ("2018-07-01", Verdict.FAIL),
        ("[parameters('v')]", Verdict.UNKNOWN),
        (None, Verdict.UNKNOWN),
    ],
)
def test_a_default_is_that_of_the_resources_api_version(tmp_path, version, expected):
    account = {"type": "Microsoft.Storage/storageAccounts", "name": "st", "properties": {}}
    (found,) = resources(tmp_path, {**account, **({"apiVersion": version} if version else {})})
    assert verdicts([found], "BL-STO-001") == {"BL-STO-001": expected}
