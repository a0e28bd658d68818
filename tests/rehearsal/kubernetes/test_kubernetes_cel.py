"""The validation rules of custom resources (`x-kubernetes-validations`) in the embedded cluster."""

import copy
import logging
from typing import Any

import pytest

from bluelamp.rehearsal.kubernetes import KubernetesProvider
from bluelamp.rehearsal.provider import Failure
from bluelamp.rehearsal.store import Store
from bluelamp.rehearsal.values import UNKNOWN, Secret
from tests.rehearsal.kubernetes.kubernetes_objects import DEV, GOOD, urn

ROUTE: dict[str, Any] = {
    "apiVersion": "gateway.networking.k8s.io/v1",
    "kind": "HTTPRoute",
    "metadata": {"name": "web", "namespace": "default"},
    "spec": {
        "parentRefs": [{"name": "outside"}],
        "rules": [
            {"matches": [{"path": {"type": "PathPrefix", "value": "/"}}], "backendRefs": [{"name": "web", "port": 80}]}
        ],
    },
}


def failures(provider: KubernetesProvider, obj: dict[str, Any]) -> list[Failure]:
    return list(provider.check(DEV, urn(obj), {}, obj).failures)


def ruled(rule: dict[str, Any], **spec: Any) -> tuple[KubernetesProvider, dict[str, Any]]:
    """A cluster whose Case has one rule on its spec, and a Case."""
    definition = copy.deepcopy(GOOD["definition"])
    schema = definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]
    schema["x-kubernetes-validations"] = [rule]
    provider = KubernetesProvider(Store(":memory:"), patience=0.0)
    checked = provider.check(DEV, urn(definition), {}, definition)
    assert not checked.failures
    provider.create(DEV, urn(definition), checked.inputs, preview=False)
    return provider, {**GOOD["custom"], "spec": {**GOOD["custom"]["spec"], **spec}}


def test_an_add_ons_rules_run_with_their_message_and_path(provider: KubernetesProvider) -> None:
    assert failures(provider, ROUTE) == []
    wrong = copy.deepcopy(ROUTE)
    wrong["spec"]["rules"][0]["matches"][0]["path"]["value"] = "/a//b"
    wrong["spec"]["rules"][0]["backendRefs"][0].pop("port")
    assert {(each.path, each.reason) for each in failures(provider, wrong)} == {
        ("spec.rules[0].matches[0].path", "must not contain '//' when type one of ['Exact', 'PathPrefix']"),
        ("spec.rules[0].backendRefs[0]", "Must have port for Service reference"),
    }


def test_defaults_count_as_in_the_server() -> None:
    # `officers` is 1 if the object leaves it out.
    provider, obj = ruled({"rule": "self.officers >= 2", "message": "two at least", "fieldPath": ".officers"})
    assert failures(provider, obj) == [Failure("spec.officers", "two at least")]
    assert failures(provider, {**obj, "spec": {**obj["spec"], "officers": 2}}) == []


@pytest.mark.parametrize(
    "rule",
    [
        "self.tags.all(t, t.size() > 1)",
        "self.grade in ['low']",
        "!has(self.notes)",
        "self.missing == 'a'",
        "self.reference.matches('^KENT/')",
        "isIP(self.grade)",
        "self.tags.isSorted() && self.tags.indexOf('z') >= 0",
        "quantity('2').isLessThan(quantity('1500m'))",
        "self.reference.lowerAscii() == self.reference",
    ],
)
def test_a_broken_rule_refuses(rule: str) -> None:
    provider, obj = ruled({"rule": rule})
    assert [each.path for each in failures(provider, obj)] == ["spec"]


@pytest.mark.parametrize(
    "rule", ["self.grade.format() == 'a'", "self.?grade.orValue('') == 'x'", "semver(self.grade).major() > 1"]
)
def test_an_unsupported_rule_refuses_nothing_and_is_logged(rule: str, caplog: pytest.LogCaptureFixture) -> None:
    provider, obj = ruled({"rule": rule})
    with caplog.at_level(logging.WARNING):
        assert failures(provider, obj) == []
    assert f"not assessed: {rule}" in caplog.text


@pytest.mark.parametrize(
    ("rule", "refused"),
    [
        ("[{'b': 1}, {'a': 1}].exists(each, each.a == 1)", False),
        ("!([{'b': 1}, {'a': 1}].all(each, each.a == 2))", False),
        ("[{'b': 1}, {'a': 1}].all(each, each.a == 1)", True),
        ("[{'b': 1}, {'a': 1}].exists_one(each, each.a == 1)", True),
        ("[{'b': 1}, {'a': 1}].exists(each, has(each.a) && each.a == 2)", True),
    ],
)
def test_an_item_that_lacks_a_field_refuses_only_if_no_other_item_can_decide(rule: str, *, refused: bool) -> None:
    provider, obj = ruled({"rule": rule})
    assert bool(failures(provider, obj)) is refused


def test_an_unknown_value_is_not_judged_and_a_secret_is_never_shown() -> None:
    provider, obj = ruled({"rule": "self.grade != 'high' || self.port == 'https'"})
    assert failures(provider, {**obj, "spec": {**obj["spec"], "port": UNKNOWN}}) == []
    hidden = {**obj, "spec": {**obj["spec"], "port": Secret("hunter2")}}
    assert [each.path for each in failures(provider, hidden)] == ["spec"]
    assert "hunter2" not in repr(failures(provider, hidden))


@pytest.mark.parametrize(
    "rule",
    [
        "string(timestamp('2026-01-01T00:00:00Z')) == '2026-01-01T00:00:00Z'",
        "string(duration('1h')) == '3600s'",
    ],
)
def test_times_are_not_judged_by_how_the_interpreter_writes_them(rule: str) -> None:
    provider, obj = ruled({"rule": rule})
    assert failures(provider, obj) == []


def test_sizes_are_not_judged_by_bytes() -> None:
    provider, obj = ruled({"rule": "size(self.notes.name) <= 4"}, notes={"name": "Zoë!"})
    assert failures(provider, obj) == []
