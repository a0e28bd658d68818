"""The guarantees of judging, for any resources and rules."""

import copy
import json
import pickle
from dataclasses import asdict
from datetime import date

import pytest

from bluelamp.core.dates import today
from bluelamp.policies import UNKNOWN, Judgement, Must, Resource, Severity, Verdict, judge, rules
from bluelamp.policies.data.spend._retirements import RETIRING
from bluelamp.policies.rule import Fail, require, rule

VAULT = "azure-native:keyvault:Vault"
ABOUT = {"failure": "It is wrong", "severity": Severity.LOW, "controls": (), "fix": "Do.", "example": ""}


def vault(name: str = "records", secrets: frozenset[str] = frozenset(), **properties):
    return Resource(f"urn:pulumi:s::p::{VAULT}::{name}", VAULT, name, properties, secrets=secrets)


def only(judgements: list[Judgement]) -> Judgement:
    (judgement,) = judgements
    return judgement


def test_every_rule_gives_one_judgement_for_each_resource_it_concerns():
    resources = [resource for each in rules() for case in each.cases for resource in case.resources]
    resources = [
        Resource(f"urn:{number}", each.type, each.name, each.properties) for number, each in enumerate(resources)
    ]
    judgements = judge(resources)
    pairs = [(judgement.rule, judgement.urn) for judgement in judgements]
    assert len(pairs) == len(set(pairs))
    by_rule: dict[str, set[str]] = {}
    for rule_id, urn in pairs:
        by_rule.setdefault(rule_id, set()).add(urn)
    assert by_rule.keys() == {each.id for each in rules()}
    vaults = {resource.urn for resource in resources if resource.type == VAULT}
    assert by_rule["BL-KV-001"] == vaults


def test_a_rule_ignores_types_it_does_not_concern():
    assert judge([Resource("urn", "random:index/randomPet:RandomPet", "pet", {"location": "eastus"})]) == []


def test_an_exception_is_an_error_of_that_rule_only():
    @rule("T-1", "breaks down", at=VAULT, **ABOUT)
    def breaks(place):
        if place["word"].known == "bad":
            raise KeyError("nothing here")

    fine = require("T-2", "fine", Must("word", be="bad"), at=VAULT, rationale="", **ABOUT)
    judgements = judge([vault("one", word="bad"), vault("two", word="good")], [breaks, fine])
    assert [judgement.verdict for judgement in judgements] == [
        Verdict.ERROR,
        Verdict.PASS,
        Verdict.PASS,
        Verdict.FAIL,
    ]
    assert "T-1" in judgements[0].message
    assert "KeyError" in judgements[0].message


@pytest.mark.parametrize("wrong", ["a text", 7, True, ["a list"], [[1]], [None], {"a": "map"}])
def test_malformed_properties_never_stop_the_judging(wrong):
    for each in rules():
        for case in each.cases:
            broken = [
                Resource(one.urn, one.type, one.name, dict.fromkeys([*one.properties, "spec", "properties"], wrong))
                for one in case.resources
            ]
            verdicts = {judgement.verdict for judgement in judge(broken)}
            assert verdicts <= set(Verdict)


BEFORE = {"BL-SPD-006": date.max, "BL-SPD-007": today()}
"""The rules that use the register of retirements, and the date before which retirements count for each."""


@pytest.mark.parametrize("each", rules(), ids=lambda each: each.id)
def test_a_fully_unknown_resource_never_passes(each):
    for wanted in each.at:
        type_ = wanted.replace("*", "v1")
        names = {path.partition(".")[0].removesuffix("[*]") for paths in each.at.values() for path in paths} | {
            key for case in each.cases for key in case.resources[0].properties
        }
        if each.id in BEFORE:
            entries = [where for entry, where in RETIRING[type_] if entry.last < BEFORE[each.id]]
            if not entries:
                continue  # no resource of this type matters to the rule
            names |= {one.path.partition(".")[0].removesuffix("[*]") for where in entries for one in where}
        judgement = only(judge([Resource("urn", type_, "judged", dict.fromkeys(filter(None, names), UNKNOWN))], [each]))
        assert judgement.verdict in {Verdict.UNKNOWN, Verdict.FAIL}, (type_, judgement)
        if judgement.verdict is Verdict.UNKNOWN:
            reasons = ("unknown until deployed", "is not in the plan", "no register of information assets among")
            assert any(reason in judgement.message for reason in reasons)


def test_a_known_failure_takes_precedence_over_an_unknown():
    rules_ = [
        {"direction": "Inbound", "access": "Allow", "protocol": "Tcp", "sourceAddressPrefix": UNKNOWN,
         "destinationPortRange": "22"},
        {"direction": "Inbound", "access": "Allow", "protocol": "Tcp", "sourceAddressPrefix": "*",
         "destinationPortRange": "22"},
    ]  # fmt: skip
    group = Resource("urn", "azure-native:network:NetworkSecurityGroup", "nsg", {"securityRules": rules_})
    judgement = next(each for each in judge([group]) if each.rule == "BL-NET-001")
    assert judgement.verdict is Verdict.FAIL
    assert judgement.path == "securityRules[1].sourceAddressPrefix"


def test_an_unknown_of_another_resource_names_that_resource():
    endpoint = {"privateLinkServiceConnections": [{"privateLinkServiceId": UNKNOWN}]}
    other = Resource("urn:pe", "azure-native:network:PrivateEndpoint", "records-endpoint", endpoint)
    judgements = judge([vault(vaultName="kv"), other])
    judgement = next(each for each in judgements if each.rule == "BL-KV-005")
    assert (judgement.verdict, judgement.path) == (Verdict.UNKNOWN, "")
    assert "privateLinkServiceConnections[0].privateLinkServiceId of records-endpoint" in judgement.message


@pytest.mark.parametrize(
    ("source", "verdict"),
    [
        ("azure-native:keyvault/v20230701:Vault::another", Verdict.FAIL),
        ("pulumi:pulumi:StackReference::hub", Verdict.UNKNOWN),
        ("random:index/randomId:RandomId::suffix", Verdict.UNKNOWN),
        ("bluelamp:index:Group$azure-native:resources/v20240301:ResourceGroup::group", Verdict.UNKNOWN),
    ],
)
def test_an_unknown_id_is_known_only_by_the_resource_it_comes_from(source, verdict):
    setting = Resource(
        "urn:setting",
        "azure-native:monitor:DiagnosticSetting",
        "setting",
        {"resourceUri": UNKNOWN, "logs": [{"enabled": True}]},
        references={"resourceUri": (f"urn:pulumi:s::p::{source}",)},
    )
    judgements = judge([vault(vaultName="kv"), setting])
    assert next(each for each in judgements if each.rule == "BL-LOG-002").verdict is verdict


def test_every_failing_place_is_named_and_the_first_is_the_path():
    group = Resource(
        "urn",
        "azure-native:network:NetworkSecurityGroup",
        "nsg",
        {
            "securityRules": [
                {"direction": "Inbound", "access": "Allow", "sourceAddressPrefix": source, "destinationPortRange": port}
                for source, port in (("*", "22"), ("10.0.0.0/8", "22"), ("Internet", "3000-4000"))
            ]
        },
    )
    judgement = next(each for each in judge([group]) if each.rule == "BL-NET-001")
    assert (judgement.path, judgement.observed) == ("securityRules[0].sourceAddressPrefix", "*")
    assert "securityRules[2].sourceAddressPrefix: found Internet" in judgement.message
    assert "securityRules[1]" not in judgement.message


def test_a_failure_shows_the_found_and_the_expected_value():
    judgement = next(
        each for each in judge([vault(properties={"softDeleteRetentionInDays": 7})]) if each.rule == "BL-KV-002"
    )
    assert (judgement.path, judgement.observed, judgement.expected) == (
        "properties.softDeleteRetentionInDays",
        7,
        "at least 90",
    )
    assert judgement.message == "properties.softDeleteRetentionInDays: found 7, expected at least 90"
    judgement = next(each for each in judge([vault()]) if each.rule == "BL-KV-001")
    assert judgement.message == (
        "properties.enablePurgeProtection: found nothing, expected true (the service's default is false)"
    )


def test_judgements_are_json():
    resources = [resource for each in rules() for case in each.cases for resource in case.resources]
    text = json.dumps([asdict(judgement) for judgement in judge(resources)])
    assert "<unknown>" in text


def test_secrets_are_shown_nowhere():
    canary = "canary-71c2"

    @rule("T-1", "fails", at=VAULT, **ABOUT)
    def fails(place):
        return Fail(place["outer"], expected="x", why=f"it is {place['outer']['inner'].known}")

    @rule("T-2", "breaks", at=VAULT, **ABOUT)
    def breaks(place):
        raise ValueError(place["outer"]["inner"].known)

    same = require("T-3", "same", Must("outer.inner", be=canary), at=VAULT, rationale="", **ABOUT)
    other = require("T-4", "other", Must("outer.inner", be="x"), at=VAULT, rationale="", **ABOUT)
    for secrets in ({"outer.inner"}, {"outer"}):
        secret = vault(outer={"inner": canary, "list": [canary]}, secrets=frozenset({*secrets, "outer.list[0]"}))
        judgements = judge([secret], [fails, breaks, same, other])
        assert [judgement.verdict for judgement in judgements] == ["fail", "error", "pass", "fail"]
        assert canary not in json.dumps([asdict(judgement) for judgement in judgements[:2] + judgements[3:]])
        assert judgements[2].observed == judgements[3].observed == "[secret]"


def test_a_literal_secret_in_an_environment_is_not_shown():
    pod = {"spec": {"containers": [{"env": [{"name": "DB_PASSWORD", "value": "hunter2"}]}]}}
    judgements = judge([Resource("urn", "kubernetes:core/v1:Pod", "pod", pod)])
    failed = next(judgement for judgement in judgements if judgement.rule == "BL-K8S-010")
    assert failed.verdict is Verdict.FAIL
    assert "hunter2" not in json.dumps([asdict(judgement) for judgement in judgements])


def test_judging_changes_nothing_and_depends_only_on_its_input():
    resources = [resource for each in rules() for case in each.cases for resource in case.resources]
    before = copy.deepcopy([resource.properties for resource in resources])
    first, second = judge(resources), judge(resources)
    assert first == second
    assert [resource.properties for resource in resources] == before


def test_a_copy_of_the_unknown_value_is_the_same_object():
    assert copy.deepcopy(UNKNOWN) is UNKNOWN
    assert copy.copy(UNKNOWN) is UNKNOWN
    assert pickle.loads(pickle.dumps(UNKNOWN)) is UNKNOWN


def test_an_estate_rule_sees_all_resources_in_any_order():
    setting = Resource(
        "urn:setting",
        "azure-native:monitor:DiagnosticSetting",
        "setting",
        {
            "resourceUri": "/subscriptions/s/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv",
            "logs": [{"enabled": True}],
        },
    )
    judged = vault("kv", vaultName="kv")
    for order in ([judged, setting], [setting, judged]):
        judgement = next(each for each in judge(order) if each.rule == "BL-LOG-002")
        assert judgement.verdict is Verdict.PASS
