"""The CEL of the Kubernetes rules, and the objects made from it. A real server tests its meaning."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from bluelamp.policies import Enforcement, Must, rules
from bluelamp.policies.compiled import CannotCompile, admission, cel, to_admission
from bluelamp.policies.compiled.facet import facet_of

FOLDER = Path(admission.__file__).parents[1] / "kubernetes"
RULES = [rule for rule in rules() if rule.area == "kubernetes"]
COMPILED = to_admission(RULES)
HELD = [rule for rule in RULES if rule.id in COMPILED.documents]


def test_nearly_every_rule_has_cel_and_the_others_a_reason():
    assert set(COMPILED.documents) | set(COMPILED.left_out) == {rule.id for rule in RULES}
    assert len(COMPILED.documents) > 6 * len(COMPILED.left_out)
    assert all(re.match(r"it (looks at|is about|reads) .{20}", why) for why in COMPILED.left_out.values())


def test_there_is_no_cel_for_unknown_rules():
    modules = {rule.id: rule.module.rpartition(".")[2] for rule in RULES}
    for file in FOLDER.glob("*/*.cel.yaml"):
        for id_ in yaml.safe_load(file.read_text(encoding="utf-8")):
            assert modules.get(id_) == file.name.removesuffix(".cel.yaml"), f"{file.name}: {id_}"


def test_every_shared_variable_is_used():
    shared = yaml.safe_load((FOLDER / "_shared.cel.yaml").read_text(encoding="utf-8"))
    used = {
        each["name"] for documents in COMPILED.documents.values() for each in documents[0]["spec"].get("variables", [])
    }
    assert set(shared) <= used


@pytest.mark.parametrize("rule", HELD, ids=lambda rule: rule.id)
def test_a_rule_becomes_a_policy_a_binding_and_its_parameters(rule):
    policy, *parameters, binding = COMPILED.documents[rule.id]
    spec = policy["spec"]
    assert spec["failurePolicy"] == "Fail"
    assert all(rule.id in each["message"] and "\n" not in each["message"] for each in spec["validations"])
    resources = {resource for each in spec["matchConstraints"]["resourceRules"] for resource in each["resources"]}
    assert resources == {each for kind in admission.judged_kinds(rule) for each in kind.resources}
    assert binding["spec"]["policyName"] == policy["metadata"]["name"]
    assert ("Deny" in binding["spec"]["validationActions"]) == (rule.enforcement is Enforcement.MANDATORY)
    assert bool(parameters) == bool(rule.parameters) == ("paramKind" in spec) == ("paramRef" in binding["spec"])
    if rule.parameters:
        assert parameters[0]["data"].keys() == rule.parameters.keys()
        assert all(isinstance(value, str) for value in parameters[0]["data"].values())


def test_a_stricter_baseline_changes_the_parameters_and_not_the_policy():
    rule = next(rule for rule in HELD if rule.id == "BL-K8S-005")
    policy, parameters, _ = to_admission([rule.using(addable=())]).documents[rule.id]
    assert policy == COMPILED.documents[rule.id][0]
    assert parameters["data"] == {"addable": ""}


@pytest.mark.parametrize(
    ("must", "expected"),
    [
        (Must("a.b", be=True, default=False), "place.?a.?b.orValue(false) == true"),
        (Must("a", be="Fail"), "place.?a.hasValue() && place.?a.value().lowerAscii() == 'fail'"),
        (Must("a", minimum=2, default=1), "place.?a.orValue(1) >= variables.minimum"),
        (Must("a", among=(1, 2), default=3), "place.?a.orValue(3) in variables.among"),
        (
            Must("a", among=("X", "y"), default="it's"),
            "place.?a.orValue('it\\'s').lowerAscii() in variables.among.map(each, each.lowerAscii())",
        ),
        (Must("a.b-c", be=0, default=0), "place.?a[?'b-c'].orValue(0) == 0"),
    ],
)
def test_one_required_property_is_an_expression(must, expected):
    assert cel.must(must, "place") == expected


def test_a_value_that_cannot_be_a_parameter_is_not_guessed():
    rule = replace(HELD[0], parameters={"limits": {"a": 1}})
    with pytest.raises(CannotCompile, match="a parameter of it is a dict"):
        cel.parameter("limits", {"a": 1})
    assert cel.used(["variables.b"], {"a": "1", "b": "variables.a + 1"}) == {"a": "1", "b": "variables.a + 1"}
    with pytest.raises(CannotCompile, match="a variable c that there is not"):
        cel.used(["variables.c"], {})
    assert facet_of(rule)


def test_a_rule_without_cel_is_reported():
    unsaid = replace(next(rule for rule in HELD if not rule.must), id="BL-K8S-999")
    with pytest.raises(ValueError, match=r"BL-K8S-999: \w+.cel.yaml says neither how it reads in CEL nor why not"):
        to_admission([unsaid])


def test_no_policy_requires_of_ephemeral_containers_what_kubernetes_forbids():
    affected = {
        rule.id
        for rule in HELD
        for each in COMPILED.documents[rule.id][0]["spec"]["matchConstraints"]["resourceRules"]
        if "pods/ephemeralcontainers" in each["resources"]
    }
    assert "BL-K8S-001" in affected
    assert not affected & {"BL-K8S-012", "BL-K8S-055"}
