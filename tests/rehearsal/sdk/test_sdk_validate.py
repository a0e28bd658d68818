"""Single mistakes, each refused with a message that names the correct word."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluelamp.rehearsal.provider import Failure
from bluelamp.rehearsal.sdk.schema import Catalogue
from bluelamp.rehearsal.sdk.validate import validate
from bluelamp.rehearsal.values import UNKNOWN, Blob, Secret

AZURE = Catalogue("azure-native")
NSG = AZURE.resource("azure-native:network:NetworkSecurityGroup").inputs
VAULT = AZURE.resource("azure-native:keyvault:Vault").inputs
RULES = AZURE.resource("azure-native:network:FirewallPolicyRuleCollectionGroup").inputs

GOOD: dict[str, Any] = {
    "resourceGroupName": "rg-hub",
    "location": "uksouth",
    "securityRules": [
        {
            "name": "deny-rdp",
            "access": "Deny",
            "direction": "Inbound",
            "priority": 100,
            "protocol": "Tcp",
            "destinationPortRanges": ["3389"],
        }
    ],
    "tags": {"cost.centre": "10"},
}
GOOD_VAULT: dict[str, Any] = {
    "resourceGroupName": "rg",
    "properties": {"tenantId": "t", "sku": {"family": "A", "name": "standard"}, "enablePurgeProtection": True},
}
GOOD_RULES: dict[str, Any] = {
    "resourceGroupName": "rg",
    "firewallPolicyName": "afwp",
    "ruleCollections": [
        {
            "ruleCollectionType": "FirewallPolicyFilterRuleCollection",
            "action": {"type": "Allow"},
            "rules": [{"ruleType": "NetworkRule", "ipProtocols": ["TCP"]}],
        }
    ],
}


def changed(values: dict[str, Any], *steps: Any) -> dict[str, Any]:
    """`values` with one change: the last step is the new value, DROP removes."""
    result = copy.deepcopy(values)
    *path, key, value = steps
    inside: Any = result
    for step in path:
        inside = inside[step]
    if value is DROP:
        del inside[key]
    else:
        inside[key] = value
    return result


DROP = object()


@pytest.mark.parametrize(("shape", "values"), [(NSG, GOOD), (VAULT, GOOD_VAULT), (RULES, GOOD_RULES)])
def test_valid_values_pass(shape, values):
    assert validate(shape, values) == []


@pytest.mark.parametrize(
    ("shape", "values", "path", "reason"),
    [
        (
            NSG,
            changed(GOOD, "securityRuls", []),
            "securityRuls",
            "unknown property 'securityRuls'; did you mean 'securityRules'?",
        ),
        (
            NSG,
            changed(GOOD, "resource_group_name", "rg"),
            "resource_group_name",
            "unknown property 'resource_group_name'; did you mean 'resourceGroupName'?",
        ),
        (
            NSG,
            changed(GOOD, "securityRules", 0, "acess", "Deny"),
            "securityRules[0].acess",
            "unknown property 'acess'; did you mean 'access'?",
        ),
        (NSG, changed(GOOD, "zzzzzz", 1), "zzzzzz", "unknown property 'zzzzzz'"),
        (
            NSG,
            changed(GOOD, "resourceGroupName", DROP),
            "resourceGroupName",
            "missing required property 'resourceGroupName'",
        ),
        (
            NSG,
            changed(GOOD, "resourceGroupName", None),
            "resourceGroupName",
            "missing required property 'resourceGroupName'",
        ),
        (
            NSG,
            changed(GOOD, "securityRules", 0, "direction", DROP),
            "securityRules[0].direction",
            "missing required property 'direction'",
        ),
        (
            NSG,
            changed(GOOD, "securityRules", 0, "priority", "high"),
            "securityRules[0].priority",
            'expected an integer, found the string "high"',
        ),
        (
            NSG,
            changed(GOOD, "securityRules", 0, "priority", "100"),
            "securityRules[0].priority",
            'expected an integer, found the string "100"',
        ),
        (
            NSG,
            changed(GOOD, "securityRules", 0, "priority", 100.5),
            "securityRules[0].priority",
            "expected an integer, found the number 100.5",
        ),
        (NSG, changed(GOOD, "securityRules", {}), "securityRules", "expected an array, found an object"),
        (NSG, changed(GOOD, "securityRules", 0, "x"), "securityRules[0]", 'expected an object, found the string "x"'),
        (NSG, changed(GOOD, "tags", []), "tags", "expected an object, found an array"),
        (
            NSG,
            changed(GOOD, "tags", "cost.centre", 10),
            'tags["cost.centre"]',
            "expected a string, found the number 10",
        ),
        (NSG, changed(GOOD, "location", Blob({})), "location", "expected a string, found an asset or archive"),
        (
            VAULT,
            changed(GOOD_VAULT, "properties", "sku", "name", "standrd"),
            "properties.sku.name",
            "'standrd' is not one of standard, premium; did you mean 'standard'?",
        ),
        (
            VAULT,
            changed(GOOD_VAULT, "properties", "sku", "name", 5),
            "properties.sku.name",
            "expected one of standard, premium, found the number 5",
        ),
        (
            VAULT,
            changed(GOOD_VAULT, "properties", "enablePurgeProtection", "true"),
            "properties.enablePurgeProtection",
            'expected a boolean, found the string "true"',
        ),
        (
            RULES,
            changed(GOOD_RULES, "ruleCollections", 0, "ruleCollectionType", "FirewallPolicyFilterRule"),
            "ruleCollections[0].ruleCollectionType",
            "'FirewallPolicyFilterRule' is not one of FirewallPolicyFilterRuleCollection, "
            "FirewallPolicyNatRuleCollection; did you mean 'FirewallPolicyFilterRuleCollection'?",
        ),
        (
            RULES,
            changed(GOOD_RULES, "ruleCollections", 0, "ruleCollectionType", DROP),
            "ruleCollections[0].ruleCollectionType",
            "missing required property 'ruleCollectionType': one of FirewallPolicyFilterRuleCollection, "
            "FirewallPolicyNatRuleCollection",
        ),
        (
            RULES,
            changed(GOOD_RULES, "ruleCollections", 0, "rules", 0, "ipProtocol", ["TCP"]),
            "ruleCollections[0].rules[0].ipProtocol",
            "unknown property 'ipProtocol'; did you mean 'ipProtocols'?",
        ),
    ],
)
def test_a_single_mistake(shape, values, path, reason):
    assert validate(shape, values) == [Failure(path, reason)]


def test_every_mistake_is_reported_at_once():
    wrong = changed(changed(GOOD, "securityRules", 0, "priority", "high"), "resourceGroupName", DROP)
    wrong["lokation"] = wrong.pop("location")
    assert [one.path for one in validate(NSG, wrong)] == ["securityRules[0].priority", "lokation", "resourceGroupName"]


def test_an_open_enum_accepts_any_string_and_nothing_else():
    assert validate(NSG, changed(GOOD, "securityRules", 0, "access", "Permit")) == []
    (failure,) = validate(NSG, changed(GOOD, "securityRules", 0, "access", 1))
    assert failure.reason == "expected a string, found the number 1"


def test_a_path_may_be_prefixed():
    (failure,) = validate(NSG, {}, path="args")
    assert failure.path == "args.resourceGroupName"


def test_unknown_passes_anywhere_and_counts_as_present():
    assert validate(NSG, dict.fromkeys(GOOD, UNKNOWN)) == []
    assert validate(RULES, changed(GOOD_RULES, "ruleCollections", 0, "ruleCollectionType", UNKNOWN)) == []


def test_a_secret_is_validated_and_never_shown():
    assert validate(NSG, changed(GOOD, "location", Secret("uksouth"))) == []
    (mistyped,) = validate(NSG, changed(GOOD, "securityRules", 0, "priority", Secret("hunter2")))
    assert mistyped.reason == "expected an integer, found a secret string"
    secret = Secret({"family": "A", "name": "hunter2"})
    (wrong,) = validate(VAULT, changed(GOOD_VAULT, "properties", "sku", secret))
    assert wrong.reason == "the secret value is not one of standard, premium"


def test_the_engines_own_names_pass():
    assert validate(NSG, GOOD | {"__createBeforeDelete": True}) == []


def test_a_whole_number_may_be_a_float():
    assert validate(NSG, changed(GOOD, "securityRules", 0, "priority", 100.0)) == []


def test_coerced_strings_pass():
    shape = Catalogue("random").resource("random:index/randomString:RandomString").inputs
    assert validate(shape, {"length": "16", "special": "false"}, coerce=True) == []
    assert [one.path for one in validate(shape, {"length": "16.5", "special": "no"}, coerce=True)] == [
        "length",
        "special",
    ]
    assert [one.path for one in validate(shape, {"length": "16"})] == ["length"]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.just(UNKNOWN),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3) | inner.map(Secret),
    max_leaves=8,
)


@given(st.sampled_from([NSG, VAULT, RULES]), st.data())
def test_no_value_causes_a_crash(shape, data):
    names = st.sampled_from(sorted(shape.properties)) | st.text()
    for failure in validate(shape, data.draw(st.dictionaries(names, anything, max_size=5))):
        assert failure.path
        assert failure.reason
