"""Azure rules as Azure Policy: their own cases, judged by an evaluator of that language, and the shape of what is made."""

import json
import re

import pytest
import yaml

from bluelamp.core.resource import UNKNOWN
from bluelamp.planning import plan_force
from bluelamp.policies import Rule, Verdict, judge, rules
from bluelamp.policies.compiled import to_azure_policy
from bluelamp.policies.compiled.aliases import type_of
from bluelamp.policies.compiled.azure_policy import initiative
from bluelamp.policies.compiled.evaluator import evaluate
from bluelamp.policies.estate import canonical
from bluelamp.resources import from_plan
from tests.conftest import ROOT
from tests.policies.azure_names import FILE, wanted
from tests.policies.azure_resources import in_azure

RULES = {rule.id: rule for rule in rules()}
COMPILED = to_azure_policy(rules())
DECLARATIVE = [rule for rule in rules() if rule.must and any(type_.startswith("azure-native:") for type_ in rule.at)]


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
        # What is deployed has no API version: Azure has filled in the defaults.
        if not _known(first.properties) or canonical(first.type) != first.type:
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


def test_the_names_written_down_are_of_what_the_rules_look_at_and_of_nothing_else():
    kept = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    named = {token: {*said.get("verified", {}), *said.get("unverified", {})} for token, said in kept.items()}
    assert named == wanted(), "write it anew with `python -m tests.policies.azure_names DIR`"


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


_NOT_KEPT = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.ERROR)


@pytest.fixture(scope="module")
def planned():
    """Whatever the force with the largest profile plans; nearly all of its values are known."""
    return from_plan(plan_force("west-midlands", ROOT))


def test_a_full_force_keeps_every_rule_without_an_exemption(planned):
    """The advisory ones too. What a Prometheus is told waits for the address that Azure gives, and some owners of
    information assets are only proposed. A lock on the lake would keep access to it from being withdrawn. Some charges
    of a milestone with a budget have no price.
    """
    found = {(each.rule, str(each.verdict)) for each in judge(planned) if each.verdict in _NOT_KEPT}
    assert found == {
        ("BL-K8S-090", "unknown"),
        ("BL-AST-002", "fail"),
        ("BL-DAT-006", "unknown"),
        ("BL-SPD-013", "unknown"),
    }


def test_it_says_of_what_a_force_plans_what_the_rules_say(planned):
    definitions = {rule.id: COMPILED.documents[rule.id][0] for rule in DECLARATIVE}
    resources = {each.urn: each for each in planned}
    agreed = 0
    for judgement in judge(planned, DECLARATIVE):
        resource = resources[judgement.urn]
        if judgement.verdict is Verdict.UNKNOWN:
            continue
        type_ = type_of(canonical(resource.type))
        found = evaluate(definitions[judgement.rule], in_azure(resource, type_), type_.paths)
        assert found == (judgement.verdict is Verdict.FAIL), judgement
        agreed += 1
    assert agreed > 100
