"""Transition rules (`oldSelf`) in the embedded cluster; a real server decides the same cases in tests/cluster."""

import copy
import logging
from typing import Any

import pytest

from bluelamp.rehearsal.kubernetes import KubernetesProvider
from bluelamp.rehearsal.provider import CloudError, Failure
from bluelamp.rehearsal.values import UNKNOWN, Secret
from tests.agreement.kubernetes import Case
from tests.agreement.transitions import cases, definition
from tests.rehearsal.kubernetes.kubernetes_objects import DEV, urn


def made(provider: KubernetesProvider, obj: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    checked = provider.check(DEV, urn(obj), {}, obj)
    assert not checked.failures, checked.failures
    return provider.create(DEV, urn(obj), checked.inputs, preview=False)


def verdict(provider: KubernetesProvider, case: Case, *, preview: bool = False) -> str:
    """Why the case is refused, in check or in the update; empty if it is accepted."""
    live = made(provider, case.before) if case.before else None
    checked = provider.check(DEV, urn(case.obj), case.before or {}, case.obj)
    if checked.failures or live is None:
        return str(checked.failures or "")
    try:
        provider.update(DEV, urn(case.obj), *live, checked.inputs, preview=preview)
    except CloudError as error:
        return error.message
    return ""


@pytest.fixture
def rotas(provider: KubernetesProvider) -> KubernetesProvider:
    """A cluster with the definition in tests/agreement/transitions.yaml."""
    made(provider, definition())
    return provider


@pytest.fixture
def rota() -> dict[str, Any]:
    """An object that every rule accepts."""
    return next(case.obj for case, refused in cases().values() if not refused)


@pytest.mark.parametrize("name", cases())
def test_a_change_is_refused_if_a_server_refuses_it(name: str, rotas: KubernetesProvider) -> None:
    case, refused = cases()[name]
    output = verdict(rotas, case)
    assert bool(output) == bool(refused)
    assert refused in output


def test_a_preview_refuses_it_too(rotas: KubernetesProvider) -> None:
    case, refused = cases()["a field changes"]
    assert refused in verdict(rotas, case, preview=True)


def test_a_replacement_is_not_compared_with_the_old_object(rotas: KubernetesProvider, rota: dict[str, Any]) -> None:
    moved = {**rota, "metadata": {**rota["metadata"], "name": "other"}, "spec": {"reference": "z"}}
    made(rotas, rota)
    assert not rotas.check(DEV, urn(moved), rota, moved).failures
    made(rotas, moved)


def test_an_unknown_value_is_not_compared_and_a_secret_is_never_shown(
    rotas: KubernetesProvider, rota: dict[str, Any]
) -> None:
    open_ = {**rota, "spec": {"reference": UNKNOWN, "units": [{"name": UNKNOWN, "base": "c"}]}}
    assert verdict(rotas, Case("", open_, rota), preview=True) == ""
    hidden = {**rota, "spec": {"reference": Secret("hunter2")}}
    with pytest.raises(CloudError, match="reference stays") as refused:
        rotas.update(
            DEV, urn(hidden), "default/rota", {}, rotas.check(DEV, urn(hidden), rota, hidden).inputs, preview=True
        )
    assert "hunter2" not in refused.value.message


def ruled(provider: KubernetesProvider, rule: dict[str, Any]) -> KubernetesProvider:
    """The cluster with only `rule` on the shift of a rota."""
    defined = copy.deepcopy(definition())
    fields = defined["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
    fields["shift"]["x-kubernetes-validations"] = [rule]
    if provider.check(DEV, urn(defined), {}, defined).failures:
        pytest.fail("the definition is refused")
    provider.create(DEV, urn(defined), defined, preview=False)
    return provider


def test_an_unchanged_value_is_not_judged_by_a_newer_rule(provider: KubernetesProvider, rota: dict[str, Any]) -> None:
    night = {**rota, "spec": {"shift": "night", "officers": 1}}
    ruled(provider, {"rule": "self != 'night'"})
    later = {**night, "spec": {"shift": "night", "officers": 2}}
    assert not provider.check(DEV, urn(night), night, later).failures
    dusk = {**night, "spec": {"shift": "dusk"}}
    assert provider.check(DEV, urn(night), dusk, night).failures == [
        Failure("spec.shift", "breaks the rule self != 'night'")
    ]


@pytest.mark.parametrize("rule", ["oldSelf.optMap(o, o == self).orValue(true)", "oldSelf.?a.orValue('') == self"])
def test_an_unsupported_rule_refuses_no_change_and_is_logged(
    rule: str, provider: KubernetesProvider, rota: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    ruled(provider, {"rule": rule, "optionalOldSelf": True})
    with caplog.at_level(logging.WARNING):
        assert verdict(provider, Case("", {**rota, "spec": {"shift": "day"}})) == ""
    assert f"not assessed: {rule}" in caplog.text
