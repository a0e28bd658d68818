"""Previews in the embedded cluster: nothing is stored, and unknown values are accepted."""

import pytest

from bluelamp.rehearsal.kubernetes import KubernetesProvider
from bluelamp.rehearsal.store import Store
from bluelamp.rehearsal.values import UNKNOWN
from tests.rehearsal.kubernetes.kubernetes_objects import DEV, GOOD, create, urn, with_


def test_a_preview_stores_nothing_and_marks_unknown_values(provider: KubernetesProvider, store: Store) -> None:
    obj = GOOD["service"]
    inputs = provider.check(DEV, urn(obj), {}, obj).inputs
    resource_id, outputs = provider.create(DEV, urn(obj), inputs, preview=True)
    assert resource_id == ""
    assert outputs["metadata"]["uid"] is UNKNOWN
    assert outputs["spec"]["clusterIP"] is UNKNOWN
    assert store.count() == 0


def test_unknown_values_are_not_judged(provider: KubernetesProvider) -> None:
    obj = with_(GOOD["deployment"], replicas=UNKNOWN, template=UNKNOWN)
    checked = provider.check(DEV, urn(obj), {}, {**obj, "metadata": {"name": UNKNOWN, "namespace": UNKNOWN}})
    assert not checked.failures
    assert provider.create(DEV, urn(obj), checked.inputs, preview=True)[0] == ""


def test_a_preview_knows_the_computed_fields_even_if_the_name_is_unknown(provider: KubernetesProvider) -> None:
    obj = {**GOOD["service"], "metadata": {"name": UNKNOWN, "namespace": UNKNOWN}}
    inputs = provider.check(DEV, urn(obj), {}, obj).inputs
    outputs = provider.create(DEV, urn(obj), inputs, preview=True)[1]
    assert outputs["spec"]["clusterIP"] is UNKNOWN
    assert outputs["metadata"]["name"] is UNKNOWN


@pytest.mark.parametrize("name", GOOD)
def test_a_preview_accepts_any_unknown_value(provider: KubernetesProvider, name: str) -> None:
    obj = GOOD[name]
    for key in obj.keys() - {"apiVersion", "kind"}:
        inner = [{**obj[key], each: UNKNOWN} for each in obj[key]] if isinstance(obj[key], dict) else []
        for value in (UNKNOWN, *inner):
            inputs = provider.check(DEV, urn(obj), {}, {**obj, key: value}).inputs
            assert provider.create(DEV, urn(obj), inputs, preview=True)[1]["kind"] == obj["kind"]


def test_a_preview_allows_for_the_replacement_of_an_object_by_one_of_the_same_name(
    provider: KubernetesProvider,
) -> None:
    inputs = create(provider, GOOD["config"])[1]
    assert provider.create(DEV, urn(GOOD["config"]), inputs, preview=True)[1]["data"] == inputs["data"]
