"""The evaluator of Azure Policy's rule language, checked against the tables and text of Microsoft's documentation."""

import pytest

from bluelamp.modules.azure.policy.catalogue import definitions
from bluelamp.policies.compiled.evaluator import PolicyError, evaluate

T = "Microsoft.Test/resourceType"
PATHS = {
    f"{T}/{name}": f"properties.{name}"
    for name in (
        "missing",
        "flag",
        "size",
        "stringArray",
        "stringArray[*]",
        "missingArray[*]",
        "missingArray[*].property",
        "objectArray[*]",
        "objectArray[*].property",
        "objectArray[*].nestedArray[*]",
    )
}
RESOURCE = {
    "type": T,
    "name": "web01",
    "location": "UKSouth",
    "tags": {"env": "prod", "cost-centre": "C1"},
    "properties": {
        "flag": True,
        "size": 3,
        "stringArray": ["a", "b", "c"],
        "objectArray": [
            {"property": "value1", "nestedArray": [1, 2]},
            {"property": "value2", "nestedArray": [3, 4]},
        ],
    },
}


def holds(condition, parameters=None):
    definition = {"properties": {"parameters": {"list": {"defaultValue": ["x"]}}, "policyRule": {"if": condition}}}
    return evaluate(definition, RESOURCE, PATHS, parameters)


def field(name, **condition):
    return {
        "field": f"{T}/{name}" if name not in ("type", "name", "location") and "tags" not in name else name,
        **condition,
    }


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (field("type", equals="microsoft.test/RESOURCETYPE"), True),
        (field("location", **{"in": ["uksouth", "ukwest"]}), True),
        (field("tags['cost-centre']", equals="c1"), True),
        (field("tags.env", exists="true"), True),
        (field("tags", containsKey="Owner"), False),
        (field("tags", notContainsKey="Owner"), True),
        (field("flag", equals="true"), True),
        (field("flag", notEquals=True), False),
        (field("missing", exists=False), True),
        (field("missing", exists="true"), False),
        (field("missing", equals="a"), False),
        (field("missing", notEquals="a"), True),
        (field("missing", notIn=["a"]), True),
        (field("missing", like="*"), False),
        (field("size", greater=2), True),
        (field("size", lessOrEquals=2), False),
        (field("name", like="WEB*"), True),
        (field("name", notLike="db*"), True),
        (field("name", contains="B0"), True),
        (field("name", notContains="x"), True),
        # For an array, every member has to meet the condition; an empty array meets it.
        (field("stringArray[*]", equals="a"), False),
        (field("stringArray[*]", **{"in": ["A", "B", "C"]}), True),
        (field("missingArray[*]", equals="a"), True),
        (field("missingArray[*].property", exists=True), True),
        (field("stringArray", contains="b"), True),
        ({"not": field("stringArray[*]", notEquals="a")}, True),
        ({"count": {"field": f"{T}/stringArray[*]"}, "equals": 3}, True),
        ({"count": {"field": f"{T}/missingArray[*]"}, "equals": 0}, True),
        ({"count": {"field": f"{T}/objectArray[*].nestedArray[*]"}, "greaterOrEquals": 4}, True),
        ({"count": {"field": f"{T}/stringArray[*]", "where": field("stringArray[*]", equals="a")}, "equals": 1}, True),
        ({"value": "[parameters('list')]", "contains": "X"}, True),
        ({"value": "x", "in": "[parameters('list')]"}, True),
        ({"anyOf": [field("size", equals=4), field("size", equals=3)]}, True),
        ({"allOf": [field("size", equals=4), field("size", equals=3)]}, False),
    ],
)
def test_a_condition_has_the_documented_result(condition, expected):
    assert holds(condition) is expected


def test_where_sees_one_member_at_a_time():
    where = {
        "allOf": [field("objectArray[*].property", equals="value2"), field("objectArray[*].nestedArray[*]", greater=2)]
    }
    assert holds({"count": {"field": f"{T}/objectArray[*]", "where": where}, "equals": 1})


def test_an_assignment_sets_parameters():
    assert not holds({"value": "x", "in": "[parameters('list')]"}, {"list": ["y"]})


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (field("missing", less=3), "have no order"),
        (field("name", greater=3), "have no order"),
        (field("size", equalz=3), "there is no condition 'equalz'"),
        (field("elsewhere", equals=3), "there is no alias"),
        ({"value": "[concat('a', 'b')]", "equals": "ab"}, "is not supported"),
        ({"value": "[parameters('none')]", "equals": "ab"}, "'none' has no value"),
        ({"count": {"value": ["a"]}, "equals": 1}, "is not supported"),
        (field("name", **{"in": "web01"}), "compares with a list"),
    ],
)
def test_an_unsupported_condition_is_reported(condition, message):
    with pytest.raises(PolicyError, match=message):
        holds(condition)


SUBNETS = "Microsoft.Network/virtualNetworks/subnets"
GUARDED = {"networkSecurityGroup": {"id": "/subscriptions/s/…/networkSecurityGroups/nsg"}}


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ({"type": SUBNETS, "name": "records", "properties": {}}, True),
        ({"type": SUBNETS, "name": "gatewaysubnet", "properties": {}}, False),
        ({"type": SUBNETS, "name": "records", "properties": GUARDED}, False),
        ({"type": "Microsoft.Network/virtualNetworks", "name": "hub", "properties": {"subnets": []}}, False),
        (
            {
                "type": "Microsoft.Network/virtualNetworks",
                "name": "hub",
                "properties": {
                    "subnets": [
                        {"name": "AzureFirewallSubnet", "properties": {}},
                        {"name": "records", "properties": GUARDED},
                    ]
                },
            },
            False,
        ),
        (
            {
                "type": "Microsoft.Network/virtualNetworks",
                "name": "hub",
                "properties": {"subnets": [{"name": "records", "properties": {}}]},
            },
            True,
        ),
    ],
)
def test_the_modules_own_definition_about_subnets_is_supported(resource, expected):
    written = definitions()["Deny-Subnet-Without-Nsg"]
    definition = {"properties": {"parameters": {}, "policyRule": written["rule"]}}
    paths = {
        f"{SUBNETS}/networkSecurityGroup.id": "properties.networkSecurityGroup.id",
        f"{SUBNETS}[*]": "properties.subnets[*]",
        f"{SUBNETS}[*].name": "properties.subnets[*].name",
        f"{SUBNETS}[*].networkSecurityGroup.id": "properties.subnets[*].properties.networkSecurityGroup.id",
    }
    assert evaluate(definition, resource, paths) is expected
