"""Azure rules as Azure Policy: their own cases, judged by an evaluator of that language, and the shape of what is made."""

import json
import re

import pytest

from policies import Rule, Verdict, rules
from policies.compiled import to_azure_policy
from policies.compiled.aliases import type_of
from policies.compiled.azure_policy import initiative
from policies.compiled.evaluator import evaluate
from policies.model import UNKNOWN

RULES = {rule.id: rule for rule in rules()}
COMPILED = to_azure_policy(rules())
DECLARATIVE = [rule for rule in rules() if rule.must and any(type_.startswith("azure-native:") for type_ in rule.at)]


def in_azure(resource, type_):
    """The resource as Azure Resource Manager has it, as far as rules look at it."""
    plain = {"kind", "location", "tags", "identity"}
    made = {"type": type_.name, "name": resource.name}
    made |= {key: value for key, value in resource.properties.items() if key in plain}
    for sdk, alias in type_.properties.items():
        _copy(resource.properties, sdk.split("."), made, alias.path.split("."))
    return made


def _copy(value, sdk, made, arm):
    """Copies what stands at the steps `sdk` of `value` to the steps `arm` of `made`; lists go item by item."""
    while sdk and not sdk[0].endswith("[*]"):
        value = value.get(sdk[0]) if isinstance(value, dict) else None
        sdk = sdk[1:]
    if sdk:
        items = value.get(sdk[0].removesuffix("[*]")) if isinstance(value, dict) else None
        if items is None:
            return
        until = next(index for index, step in enumerate(arm) if step.endswith("[*]"))
        for step in arm[:until]:
            made = made.setdefault(step, {})
        listed = made.setdefault(arm[until].removesuffix("[*]"), [{} for _ in items])
        for item, other in zip(items, listed, strict=True):
            _copy(item, sdk[1:], other, arm[until + 1 :])
    elif value is not None:
        for step in arm[:-1]:
            made = made.setdefault(step, {})
        made[arm[-1]] = value


def _known(value):
    if isinstance(value, dict):
        return all(map(_known, value.values()))
    return all(map(_known, value)) if isinstance(value, list) else value is not UNKNOWN


@pytest.mark.parametrize("rule", DECLARATIVE, ids=lambda rule: rule.id)
def test_a_definition_says_of_every_case_what_the_rule_says(rule: Rule):
    (definition,) = COMPILED.documents[rule.id]
    seen = set()
    for case in rule.cases:
        first = case.resources[0]
        if not _known(first.properties):
            continue
        type_ = type_of(first.type)
        parameters = {
            name: list(value) if isinstance(value, tuple) else value for name, value in case.parameters.items()
        }
        found = evaluate(definition, in_azure(first, type_), type_.paths, parameters)
        assert found == (case.verdict is Verdict.FAIL), case.name
        seen.add(found)
    assert seen == {True, False}


def test_a_resource_of_another_type_is_nobodys_business():
    for (definition,) in COMPILED.documents.values():
        assert not evaluate(definition, {"type": "Microsoft.Solutions/applications", "properties": {}}, {})


def test_every_rule_about_azure_is_said_or_says_why_not():
    about = {rule.id for rule in rules() if rule.area != "kubernetes"}
    assert set(COMPILED.documents) | set(COMPILED.left_out) == about
    assert set(COMPILED.documents) == {rule.id for rule in DECLARATIVE}
    assert all(re.match(r"it (looks at several|is a function)", why) for why in COMPILED.left_out.values())


def test_an_initiative_hands_every_parameter_on():
    whole = initiative(rules(), COMPILED, "mg-essex")["properties"]
    groups = {group["name"] for group in whole["policyDefinitionGroups"]}
    assert len(groups) == len(whole["policyDefinitionGroups"])
    used = set()
    for reference in whole["policyDefinitions"]:
        ((definition,),) = [COMPILED.documents[reference["policyDefinitionReferenceId"]]]
        assert reference["parameters"].keys() == definition["properties"]["parameters"].keys()
        for name, handed in reference["parameters"].items():
            outer = re.fullmatch(r"\[parameters\('(.+)'\)\]", handed["value"])[1]
            assert (
                whole["parameters"][outer]["defaultValue"]
                == definition["properties"]["parameters"][name]["defaultValue"]
            )
            used.add(outer)
        assert set(reference["groupNames"]) <= groups
        assert reference["policyDefinitionId"].startswith("/providers/Microsoft.Management/managementGroups/mg-essex/")
    assert used == set(whole["parameters"])


def test_what_is_made_is_within_azures_limits():
    whole = initiative(rules(), COMPILED, "mg-essex")["properties"]
    assert len(whole["policyDefinitions"]) <= 1000
    assert len(whole["parameters"]) <= 400
    for (definition,) in COMPILED.documents.values():
        said = definition["properties"]
        assert len(said["displayName"]) <= 128
        assert len(said["description"]) <= 512
        assert len(json.dumps(said["policyRule"])) < 100_000
        assert json.dumps(said["policyRule"]).count('"field"') <= 512


def test_a_stricter_baseline_is_a_stricter_definition():
    rule = next(rule for rule in DECLARATIVE if "minimum" in rule.parameters)
    (definition,) = to_azure_policy([rule.using(minimum=3650)]).documents[rule.id]
    assert definition["properties"]["parameters"]["minimum"]["defaultValue"] == 3650
