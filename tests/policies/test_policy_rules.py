"""Every rule's metadata."""

import re
import subprocess
import sys

import pytest
from rule_examples import manifest_rules
from rule_examples import resources as example_resources

from bluelamp.core.asset_type import ACCESS_RULE, ASSET, COST_INPUTS, MILESTONE, TACTICAL
from bluelamp.policies import Resource, Severity, Verdict, judge, rules
from bluelamp.policies.catalogues import title_of
from bluelamp.policies.data._types import LOCATED, TAGGED
from bluelamp.policies.estate import canonical
from bluelamp.rehearsal.kubernetes.addons import addon
from bluelamp.rehearsal.sdk.schema import Catalogue

AZURE = Catalogue("azure-native")
KUBERNETES = Catalogue("kubernetes")
_ASSET_INPUTS = {
    *("id", "name", "file", "classification", "owner", "retentionGroup", "retentionYears", "pole", "lawfulBasis"),
    *("placements", "lineage", "agreements", "legalHolds"),
}
_MILESTONE_INPUTS = {
    *("id", "title", "enables", "dependsOn", "start", "end", "budgetMonthlyGbp", "budgetCapitalGbp", "owner"),
    *("delivers", "landingZones", "exitCriteria", "file"),
}
_TACTICAL_INPUTS = {
    *("id", "title", "milestone", "module", "landingZone", "exitDate", "successor", "exitCostGbp", "monthlyCostGbp"),
    "file",
}
_REGISTERED = {
    ASSET: _ASSET_INPUTS,
    ACCESS_RULE: {"id", "effect", "agreement", "ends", "open"},
    MILESTONE: _MILESTONE_INPUTS,
    TACTICAL: _TACTICAL_INPUTS,
    COST_INPUTS: {"usage", "hardware", "prices"},
}
ALL = pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
MANIFESTS = pytest.mark.parametrize("rule", manifest_rules(), ids=lambda rule: rule.id)


def test_there_are_rules_in_every_area():
    assert {rule.area for rule in rules()} == {"azure", "kubernetes", "data"}
    assert len(rules()) >= 25
    assert sum(rule.area == "kubernetes" for rule in rules()) >= 70
    assert sum(rule.severity is Severity.CRITICAL for rule in rules()) >= 3


@ALL
def test_a_rule_has_a_title_a_rationale_and_a_fix(rule):
    assert re.fullmatch(r"BL-[A-Z0-9]{2,4}-\d{3}", rule.id)
    assert 10 < len(rule.title) < 80
    assert not rule.title.endswith(".")
    assert len(rule.rationale) > 60
    assert rule.rationale.endswith(".")
    assert rule.fix.endswith(".")


def test_a_rule_is_found_by_its_id():
    folders: dict[str, set[str]] = {}
    for rule in rules():
        *_, area, folder, file = rule.module.split(".")
        prefix = rule.id.split("-")[1]
        assert file.startswith(f"{prefix.lower()}_"), f"{rule.id} is in {file}.py"
        folders.setdefault(prefix, set()).add(f"{area}/{folder}")
    assert [prefix for prefix, found in folders.items() if len(found) > 1] == ["K8S"]


@ALL
def test_its_controls_exist_in_their_edition(rule):
    assert rule.controls
    for control in rule.controls:
        assert title_of(control)


@MANIFESTS
def test_its_example_passes(rule):
    judgements = judge(example_resources(rule), [rule])
    verdicts = {judgement.verdict for judgement in judgements}
    assert verdicts <= {Verdict.PASS, Verdict.NOT_APPLICABLE}, judgements
    assert Verdict.PASS in verdicts or rule.id == "BL-K8S-001" or not rule.must


@ALL
def test_its_azure_types_exist(rule):
    for type_ in rule.at:
        if type_.startswith("azure-native:"):
            assert type_ in set(AZURE.tokens())


def _azure_places():
    """Every place that a rule reads in an Azure type; tags are free, and locations have a test of their own."""
    for rule in rules():
        for type_, paths in rule.at.items():
            for path in paths:
                whole = ".".join(filter(None, (path, rule.must.path if rule.must else "")))
                if type_.startswith("azure-native:") and whole != "location" and not whole.startswith("tags"):
                    yield type_, whole


@pytest.mark.parametrize("path", sorted({path for _, path in _azure_places()}))
def test_its_azure_places_are_in_the_sdk(path):
    for type_ in sorted({type_ for type_, place in _azure_places() if place == path}):
        _assert_exists(type_, path)


@ALL
def test_its_cases_name_only_properties_that_exist(rule):
    _assert_all_known(resource for case in rule.cases for resource in case.resources)


@MANIFESTS
def test_its_example_names_only_properties_that_exist(rule):
    _assert_all_known(example_resources(rule))


def _assert_all_known(resources):
    for resource in resources:
        if resource.type in _REGISTERED:
            assert resource.properties.keys() <= _REGISTERED[resource.type]
            continue
        custom = _custom(resource.type)
        if custom is not None:
            _assert_in_schema(resource.properties, custom, resource.type)
            continue
        catalogue = AZURE if resource.type.startswith("azure-native:") else KUBERNETES
        _assert_known(
            resource.properties, catalogue.resource(canonical(resource.type)).inputs.properties, resource.type
        )


def _custom(type_):
    """The schema of an add-on's kind, such as Gateway API's; None for any other type.

    Anything is allowed in an older version of a kind, which our clusters no longer serve.
    """
    package, version, kind = type_.split(":")
    if package != "kubernetes":
        return None
    found = addon(version, kind)
    newer = addon(f"{version.partition('/')[0]}/v1beta2", kind)
    return found.node if found else {"additionalProperties": True} if newer else None


def _assert_in_schema(value, node, where):
    if isinstance(value, list):
        for item in value:
            _assert_in_schema(item, node["items"], where)
    elif isinstance(value, dict):
        for key, item in value.items():
            if where.endswith(".metadata") or "additionalProperties" in node:
                continue
            assert key in node["properties"], f"{where} has no {key}"
            _assert_in_schema(item, node["properties"][key], f"{where}.{key}")


def _assert_known(value, properties, where):
    for key, item in value.items():
        assert key in properties, f"{where} has no {key}"
        _assert_shape(item, properties[key].shape, f"{where}.{key}")


def _assert_shape(value, shape, where):
    options = (shape, *shape.options)
    if isinstance(value, list):
        items = [option.item for option in options if option.kind == "array"]
        for item in value:
            _assert_shape(item, items[0], where)
    elif isinstance(value, dict):
        objects = [option.object for option in options if option.object]
        fitting = [one for one in objects if value.keys() <= one.properties.keys()]
        if objects:
            _assert_known(value, (fitting or objects)[0].properties, where)
        else:
            assert {"map", "any"} & {option.kind for option in options}, f"{where} is no object"


def _assert_exists(type_, path):
    properties = AZURE.resource(type_).inputs.properties
    for step in filter(None, path.split(".")):
        name = step.removesuffix("[*]")
        assert name in properties, f"{type_} has no {path}"
        shape = properties[name].shape
        while shape.item or shape.options:
            shape = shape.item or next(option for option in shape.options if option.object or option.kind != "string")
        properties = shape.object.properties if shape.object else {}


def test_parameters_are_passed_by_name_only():
    (rule,) = [rule for rule in rules() if rule.id == "BL-LOG-001"]
    assert dict(rule.parameters) == {"minimum": 90}
    workspace = Resource("urn", "azure-native:operationalinsights:Workspace", "logs", {"retentionInDays": 90})
    assert judge([workspace], [rule])[0].verdict is Verdict.PASS
    assert judge([workspace], [rule.using(minimum=365)])[0].verdict is Verdict.FAIL
    with pytest.raises(ValueError, match="BL-LOG-001 has no parameter maximum; it has: minimum"):
        rule.using(maximum=1)


def test_located_types_are_those_of_the_installed_sdk():
    located, tagged = [], []
    for token in AZURE.tokens():
        properties = AZURE.resource(token).inputs.properties
        if "location" in properties and properties["location"].shape.kind == "string":
            located.append(token)
            if "tags" in properties:
                tagged.append(token)
    assert list(LOCATED) == located
    assert list(TAGGED) == tagged


def test_importing_the_rules_imports_no_sdk():
    program = "import sys; from bluelamp import policies; policies.rules(); print([m for m in ('pulumi', 'grpc', 'yaml') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
