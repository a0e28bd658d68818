"""ARM compares names without case: no spelling of a template hides its content from a rule."""

import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.core.problems import SettingsError
from bluelamp.core.resource import Resource
from bluelamp.policies import UNKNOWN, Verdict, judge, rules
from bluelamp.resources.skipped import Skipped
from bluelamp.resources.templates.reading import read
from tests.conftest import bluelamp
from tests.resources.test_template_agreement import RULES, Inexpressible, template
from tests.thorough import tries

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
OPEN_PORT = {
    "priority": 100,
    "direction": "Inbound",
    "access": "Allow",
    "protocol": "Tcp",
    "sourceAddressPrefix": "*",
    "sourcePortRange": "*",
    "destinationAddressPrefix": "*",
    "destinationPortRange": "22",
}


def group(**more):
    rule = {"name": "ssh", "properties": OPEN_PORT}
    return {
        "type": "Microsoft.Network/networkSecurityGroups",
        "apiVersion": "2024-05-01",
        "name": "nsg",
        "properties": {"securityRules": [rule]},
        **more,
    }


def written(folder: Path, template_: object) -> str:
    file = folder / "main.json"
    file.write_text(template_ if isinstance(template_, str) else json.dumps(template_), encoding="utf-8")
    return str(file)


def respelled(value: object, draw: random.Random, *, data: bool = False) -> object:
    """The template with every name in another case; tag names and similar data are unchanged."""
    if isinstance(value, dict):
        return {
            key if data else cased(key, draw): respelled(item, draw, data=key.lower() == "tags")
            for key, item in value.items()
        }
    return [respelled(item, draw) for item in value] if isinstance(value, list) else value


def cased(text: str, draw: random.Random) -> str:
    kind = draw.randrange(4)
    if kind == 0:
        return text.upper()
    if kind == 1:
        return text.lower()
    if kind == 2:
        return text.swapcase()
    return "".join(draw.choice((each.lower(), each.upper())) for each in text)


def verdicts(folder: Path, template_: object) -> dict[str, Verdict]:
    resources = read([written(folder, template_)])
    first = resources[0].urn
    return {each.rule: each.verdict for each in judge(resources) if each.urn == first}


# --- names -----------------------------------------------------------------------------------------------------------

VEILED = {
    "at the top": {"$schema": SCHEMA, "Resources": [group()]},
    "its schema": {"$Schema": SCHEMA, "resources": [group()]},
    "of the type": {"$schema": SCHEMA, "resources": [{"Type": "MICROSOFT.network/NetworkSecurityGROUPS", "Name": "nsg",
        "Properties": {"SecurityRules": [{"Name": "ssh", "Properties": OPEN_PORT}]}}]},
    "of a rule's properties": {"$schema": SCHEMA, "resources": [group(properties={
        "securityRules": [{"name": "ssh", "Properties": OPEN_PORT}]})]},
    "of a child": {"$schema": SCHEMA, "resources": [{"type": "Microsoft.Network/networkSecurityGroups", "name": "nsg",
        "Resources": [{"TYPE": "SecurityRules", "NAME": "ssh", "PROPERTIES": OPEN_PORT}]}]},
    "of a loop": {"$schema": SCHEMA, "resources": [group(Copy={"Name": "many", "Count": 2})]},
    "of a loop over properties": {"$schema": SCHEMA, "resources": [group(properties={
        "Copy": [{"Name": "securityRules", "Count": 1, "Input": {"name": "ssh", "properties": OPEN_PORT}}]})]},
    "of a parameter": {"$schema": SCHEMA, "Parameters": {"Rules": {"Type": "array", "DefaultValue": [
        {"name": "ssh", "properties": OPEN_PORT}]}},
        "resources": [group(properties={"securityRules": "[PARAMETERS('rULES')]"})]},
    "of a variable": {"$schema": SCHEMA, "Variables": {"Rules": [{"name": "ssh", "properties": OPEN_PORT}]},
        "resources": [group(properties={"securityRules": "[Variables('rules')]"})]},
    "of a variable's loop": {"$schema": SCHEMA, "Variables": {"COPY": [{"NAME": "Rules", "COUNT": 1, "INPUT":
        {"name": "ssh", "properties": OPEN_PORT}}]},
        "resources": [group(properties={"securityRules": "[variables('rules')]"})]},
    "of a member": {"$schema": SCHEMA, "variables": {"v": {"Rules": [{"name": "ssh", "properties": OPEN_PORT}]}},
        "resources": [group(properties={"securityRules": "[variables('V').rULES]"})]},
    "of a nested deployment": {"$schema": SCHEMA, "resources": [{"Type": "microsoft.resources/DEPLOYMENTS",
        "Name": "inner", "Properties": {"Mode": "Incremental", "ExpressionEvaluationOptions": {"Scope": "Inner"},
        "Parameters": {"SOURCE": {"Value": "*"}}, "Template": {"$Schema": SCHEMA, "Parameters": {"source": {
        "Type": "string"}}, "Resources": [{**group(), "properties": {"SecurityRules": [{"Name": "ssh",
        "Properties": {**OPEN_PORT, "sourceAddressPrefix": "[parameters('Source')]"}}]}}]}}}]},
}  # fmt: skip


@pytest.mark.parametrize("veil", VEILED.values(), ids=VEILED)
def test_the_case_of_a_name_hides_nothing(veil, tmp_path):
    resources = read([written(tmp_path, veil)])
    found = [each.verdict for each in judge(resources) if each.rule == "BL-NET-001"]
    assert Verdict.FAIL in found, resources


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_case_of_every_rule_has_the_same_verdict_in_any_case_of_names(rule, tmp_path):
    draw = random.Random(rule.id)
    for case in rule.cases:
        try:
            plain = template(case)
        except Inexpressible:
            continue
        tested = [rule.using(**case.parameters)]
        expected = judgement(tmp_path, plain, tested)
        for _ in range(2):
            assert judgement(tmp_path, respelled(plain, draw), tested) == expected, case.name


def judgement(folder: Path, template_: object, tested: list) -> Verdict:
    resources = read([written(folder, template_)])
    return next(each.verdict for each in judge(resources, tested) if each.urn == resources[0].urn)


def test_the_command_finds_the_hidden_rule(tmp_path):
    file = written(tmp_path, VEILED["of a rule's properties"])
    done = bluelamp(["audit", "--from", "templates", file, "--format", "json"], tmp_path)
    assert done.returncode == 3, done.stderr
    (report,) = json.loads(done.stdout)["result"]["reports"]
    assert "BL-NET-001" in {each["rule"] for each in report["findings"] if each["verdict"] == "fail"}


@pytest.mark.parametrize("suffix", ["", ".parameters"])
def test_a_parameters_file_is_read_without_case(tmp_path, suffix):
    (tmp_path / "main.parameters.json").write_text(json.dumps({"PARAMETERS": {"SOURCE": {"VALUE": "*"}}}))
    rule = {"name": "ssh", "properties": {**OPEN_PORT, "sourceAddressPrefix": "[parameters('source')]"}}
    parameters = {"Source": {"type": "string", "defaultValue": "10.0.0.0/8"}}
    whole = {"$schema": SCHEMA, "parameters": parameters, "resources": [group(properties={"securityRules": [rule]})]}
    assert verdicts(tmp_path, whole)["BL-NET-001"] is Verdict.FAIL


SOURCE = {"type": "string", "defaultValue": "10.16.4.0/24"}


def from_parameter():
    one = group()
    one["properties"] = {
        "securityRules": [{"name": "ssh", "properties": {**OPEN_PORT, "sourceAddressPrefix": "[parameters('source')]"}}]
    }
    return one


@pytest.mark.parametrize(
    "given_",
    [
        {"parameters": {"source": {"value": "*"}}},
        {"source": {"value": "*"}},
        {"$schema": "x", "SOURCE": {"Value": "*"}},
    ],
)
@pytest.mark.parametrize("name", ["main.parameters.json", "main.Parameters.json", "MAIN.PARAMETERS.JSON"])
def test_a_parameters_file_is_used_whatever_the_case_of_its_name(tmp_path, name, given_):
    path = written(tmp_path, {"$schema": SCHEMA, "parameters": {"source": SOURCE}, "resources": [from_parameter()]})
    assert ports(path) == [Verdict.PASS]
    (tmp_path / name).write_text(json.dumps(given_))
    assert ports(path) == [Verdict.FAIL]


def test_two_parameters_files_that_differ_in_case_are_refused(tmp_path):
    path = written(tmp_path, {"$schema": SCHEMA, "parameters": {"source": SOURCE}, "resources": [from_parameter()]})
    (tmp_path / "main.Parameters.json").write_text("{}")
    (tmp_path / "main.parameters.json").write_text("{}")
    with pytest.raises(SettingsError, match="keep one of them"):
        read([path])


PASSED = {"source": {"value": "*"}}


@pytest.mark.parametrize(
    ("passed", "verdict"),
    [
        (PASSED, Verdict.FAIL),
        ("[variables('passed')]", Verdict.FAIL),
        ("[createObject('Source', createObject('VALUE', '*'))]", Verdict.FAIL),
        ({"source": "[variables('one')]"}, Verdict.FAIL),
        ("[reference('other').outputs.passed.value]", Verdict.UNKNOWN),
        ({"source": "[reference('other').outputs.one.value]"}, Verdict.UNKNOWN),
        ({"source": {"reference": {"keyVault": {"id": "v"}, "secretName": "s"}}}, Verdict.UNKNOWN),
        ({}, Verdict.PASS),
    ],
)
@pytest.mark.parametrize("options", [{"scope": "Inner"}, "[variables('options')]", {"Scope": "[variables('inner')]"}])
def test_a_nested_template_has_its_own_parameters(tmp_path, passed, verdict, options):
    inner = {"$schema": SCHEMA, "parameters": {"source": SOURCE}, "resources": [from_parameter()]}
    deployment = {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": "inner",
        "properties": {"expressionEvaluationOptions": options, "parameters": passed, "template": inner},
    }
    variables = {"passed": PASSED, "one": PASSED["source"], "options": {"scope": "inner"}, "inner": "INNER"}
    path = written(tmp_path, {"$schema": SCHEMA, "variables": variables, "resources": [deployment]})
    assert ports(path) == [verdict]


def ports(path):
    return [each.verdict for each in judge(read([path])) if each.rule == "BL-NET-001"]


def test_tag_names_keep_their_spelling_and_are_found_without_case(tmp_path):
    account = {"type": "Microsoft.Storage/storageAccounts", "name": "a", "location": "westeurope"}
    (resource,) = read(
        [written(tmp_path, {"$schema": SCHEMA, "resources": [account | {"tags": {"Personal-DATA": "yes"}}]})]
    )
    assert resource.properties["tags"] == {"Personal-DATA": "yes"}
    found = {each.rule: each.verdict for each in judge([resource])}
    assert found["BL-DAT-003"] is Verdict.FAIL


# --- a name in two spellings ------------------------------------------------------------------------------------------

TWICE = {
    "at the top": '{"$schema": "' + SCHEMA + '",\n"resources": [],\n"Resources": []}',
    "parameter": '{"$schema": "' + SCHEMA + '",\n"parameters": {"a": {}, "A": {}}, "resources": []}',
    "variable": '{"$schema": "' + SCHEMA + '",\n"variables": {"a": 1, "A": 2}, "resources": []}',
    "output": '{"$schema": "' + SCHEMA + '",\n"outputs": {"a": {}, "A": {}}, "resources": []}',
}


@pytest.mark.parametrize("text", TWICE.values(), ids=TWICE)
def test_a_name_in_two_spellings_is_refused_with_its_place(text, tmp_path):
    file = written(tmp_path, text)
    done = bluelamp(["audit", "--from", "templates", file], tmp_path)
    assert done.returncode == 2
    assert f"{file}:" in done.stderr.replace("\n", "")
    assert "differ in case only" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def _places(value, path=()):
    if isinstance(value, dict):
        for key, item in value.items():
            yield (*path, key)
            yield from _places(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _places(item, (*path, index))


DECOYS = [None, [], {}, "Deny", False, "10.0.0.0/8"]
NAMED = sorted({name for name, one in VEILED.items() if name not in {"its schema"}})


@settings(max_examples=tries(600), derandomize=True, deadline=None, database=None)
@given(st.sampled_from(NAMED), st.randoms(use_true_random=False), st.sampled_from(DECOYS), st.booleans())
def test_a_second_spelling_of_any_name_never_makes_a_rule_pass(tmp_path_factory, veil, draw, decoy, first):
    whole = json.loads(json.dumps(VEILED[veil]))
    places = [place for place in _places(whole) if place[-1].swapcase() != place[-1]]
    *steps, key = draw.choice(places)
    holder = whole
    for step in steps:
        holder = holder[step]
    other = key.swapcase()
    pairs = [(other, decoy), *holder.items()] if first else [*holder.items(), (other, decoy)]
    holder.clear()
    holder.update(pairs)
    left: list[Skipped] = []
    try:
        resources = read([written(tmp_path_factory.getbasetemp(), whole)], skip=left.append)
    except SettingsError as error:
        problems = error.problems
    else:
        problems = ()
    if any(each.unread for each in left):
        return
    if problems:
        assert all((each.line and "duplicate" in each.message) or "object" in each.message for each in problems), (
            problems
        )
        return
    found = [each.verdict for each in judge(resources) if each.rule == "BL-NET-001"]
    assert {Verdict.FAIL, Verdict.UNKNOWN} & set(found), whole


@pytest.mark.parametrize("decoy", [{"access": "Deny"}, {"sourceAddressPrefix": "10.0.0.0/8"}, {"ACCESS": "Deny"}])
def test_a_property_outside_properties_does_not_replace_the_one_inside(tmp_path, decoy):
    for rule in ({"name": "ssh", "properties": OPEN_PORT, **decoy}, {"name": "ssh", **decoy, "properties": OPEN_PORT}):
        whole = {"$schema": SCHEMA, "resources": [group(properties={"securityRules": [rule]})]}
        assert verdicts(tmp_path, whole)["BL-NET-001"] in {Verdict.FAIL, Verdict.UNKNOWN}


@pytest.mark.parametrize(
    "name", ["minimum_tls_version", "minimum-tls-version", "minimumTl\u017fVersion", "minimum.TlsVersion"]
)
def test_a_name_that_only_resembles_the_property_is_ignored(tmp_path, name):
    account = {"type": "Microsoft.Storage/storageAccounts", "name": "a", "properties": {name: "TLS1_2"}}
    assert verdicts(tmp_path, {"$schema": SCHEMA, "resources": [account]})["BL-STO-002"] is Verdict.FAIL


def test_an_object_from_an_expression_has_no_duplicate_names_either(tmp_path):
    twice = {"variables": {"more": "[createObject('securityRules', createArray())]"}}
    properties = {"securityRules": [{"name": "ssh", "properties": OPEN_PORT}], "[concat('security', 'Rules')]": []}
    with pytest.raises(SettingsError, match="duplicate key"):
        read([written(tmp_path, {"$schema": SCHEMA, **twice, "resources": [group(properties=properties)]})])
    union = "[union(variables('more'), createObject('SecurityRULES', createArray()))]"
    # It is not known which of the two Azure uses.
    assert verdicts(tmp_path, {"$schema": SCHEMA, **twice, "resources": [group(properties=union)]})["BL-NET-001"] is (
        Verdict.UNKNOWN
    )


# --- values ----------------------------------------------------------------------------------------------------------


def changed(value: object, draw: random.Random) -> object:
    """`value` with the case of every text in it changed; names are unchanged."""
    if value is UNKNOWN:
        return value
    if isinstance(value, dict):
        return {key: changed(item, draw) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [changed(item, draw) for item in value]
    return cased(value, draw) if isinstance(value, str) else value


AZURE_RULES = [rule for rule in rules() if rule.area == "azure"]


@pytest.mark.parametrize("rule", AZURE_RULES, ids=lambda rule: rule.id)
def test_no_case_of_a_value_turns_a_failure_into_a_pass(rule):
    draw = random.Random(rule.id)
    for case in rule.cases:
        if case.verdict is not Verdict.FAIL:
            continue
        for _ in range(4):
            judged, *others = case.resources
            varied = Resource(
                judged.urn, judged.type, judged.name, changed(judged.properties, draw), judged.protect,
                references=judged.references,
            )  # fmt: skip
            (found,) = [
                each for each in judge([varied, *others], [rule.using(**case.parameters)]) if each.urn == judged.urn
            ]
            assert found.verdict is not Verdict.PASS, (case.name, varied.properties)
