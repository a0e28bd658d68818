"""Azure rules as Azure Policy: their own cases in an evaluator of that language, and the form of the definitions."""

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
def test_a_definition_gives_the_rules_verdict_on_every_case(rule: Rule):
    (definition,) = COMPILED.documents[rule.id]
    seen = set()
    for case in rule.cases:
        first = case.resources[0]
        # A deployed resource has no API version: Azure has filled in the defaults.
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


def test_a_resource_of_another_type_is_ignored():
    for (definition,) in COMPILED.documents.values():
        assert not evaluate(definition, {"type": "Microsoft.Solutions/applications", "properties": {}}, {})


def test_the_recorded_names_are_exactly_those_that_the_rules_use():
    kept = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    named = {token: {*output.get("verified", {}), *output.get("unverified", {})} for token, output in kept.items()}
    assert named == wanted(), "write it anew with `python -m tests.policies.azure_names DIR`"


def test_every_azure_rule_is_compiled_or_has_a_reason():
    about = {rule.id for rule in rules() if rule.area != "kubernetes"}
    assert set(COMPILED.documents) | set(COMPILED.left_out) == about
    assert set(COMPILED.documents) == {rule.id for rule in DECLARATIVE}
    assert all(re.match(r"it (looks at several|is a function)", why) for why in COMPILED.left_out.values())


def test_an_initiative_passes_every_parameter_on():
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


def test_definitions_are_within_azures_limits():
    whole = initiative(rules(), COMPILED, "mg-essex")["properties"]
    assert len(whole["policyDefinitions"]) <= 1000
    assert len(whole["parameters"]) <= 400
    for (definition,) in COMPILED.documents.values():
        output = definition["properties"]
        assert len(output["displayName"]) <= 128
        assert len(output["description"]) <= 512
        assert len(json.dumps(output["policyRule"])) < 100_000
        assert json.dumps(output["policyRule"]).count('"field"') <= 512


def test_a_stricter_baseline_gives_a_stricter_definition():
    rule = next(rule for rule in DECLARATIVE if "minimum" in rule.parameters)
    (definition,) = to_azure_policy([rule.using(minimum=3650)]).documents[rule.id]
    assert definition["properties"]["parameters"]["minimum"]["defaultValue"] == 3650


_NOT_KEPT = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.ERROR)


@pytest.fixture(scope="module")
def planned():
    """The plan of the force with the largest profile; nearly all of its values are known."""
    return from_plan(plan_force("west-midlands", ROOT))


def test_a_full_force_meets_every_rule_without_an_exemption(planned):
    """Including the advisory rules. Prometheus settings wait for an address from Azure, and some owners of information
    assets are only proposed. A lock on the lake would prevent the withdrawal of access to it. Some charges of a
    milestone with a budget have no price.
    """
    found = {(each.rule, str(each.verdict)) for each in judge(planned) if each.verdict in _NOT_KEPT}
    assert found == {
        ("BL-K8S-090", "unknown"),
        ("BL-AST-002", "fail"),
        ("BL-DAT-006", "unknown"),
        ("BL-SPD-013", "unknown"),
    }


def test_definitions_agree_with_the_rules_on_a_forces_plan(planned):
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
