"""The embedded API server gives the same verdicts as a real one."""

import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from bluelamp.rehearsal.kubernetes import KubernetesProvider
from bluelamp.rehearsal.kubernetes.api import Api, RefusalError
from bluelamp.rehearsal.provider import CloudError, Instance
from bluelamp.rehearsal.store import Store
from tests.cluster.served import DATA, served, text
from tests.rehearsal.kubernetes.kubernetes_objects import BROKEN, GOOD, broken, urn

DEV = Instance("dev", "police")
pytestmark = pytest.mark.cluster


def real_verdict(api: Api, obj: dict[str, Any]) -> str:
    """Why the API server refuses `obj` in a dry run; empty if it accepts it."""
    kind = api.kind(obj["apiVersion"], obj["kind"])
    if kind is None:
        return "no matches for kind"
    path = api.path(obj["apiVersion"], obj["kind"], obj["metadata"].get("namespace", ""), obj["metadata"]["name"])
    try:
        api.apply(quote(path), obj, "test", dry_run=True)
    except RefusalError as error:
        return error.message
    return ""


def embedded_verdict(provider: KubernetesProvider, obj: dict[str, Any]) -> str:
    checked = provider.check(DEV, urn(obj), {}, obj)
    if checked.failures:
        return "; ".join(f"{failure.path}: {failure.reason}" for failure in checked.failures)
    try:
        provider.create(DEV, urn(obj), checked.inputs, preview=False)
    except CloudError as error:
        return error.message
    return ""


@pytest.fixture(scope="module")
def api(cluster: Path) -> Api:
    """The real server, with the definition of the custom resource."""
    real = KubernetesProvider(Store(":memory:"), cluster)
    obj = GOOD["definition"]
    real.create(DEV, urn(obj), real.check(DEV, urn(obj), {}, obj).inputs, preview=False)
    return Api(cluster)


def differences(api: Api, objects: list[tuple[str, dict[str, Any]]]) -> list[str]:
    """The differences between the two servers, in readable form; prints how many verdicts agree."""
    different = []
    for name, obj in objects:
        embedded = KubernetesProvider(Store(":memory:"), patience=0.0)
        embedded.create(DEV, urn(GOOD["definition"]), GOOD["definition"], preview=False)
        ours, theirs = embedded_verdict(embedded, obj), real_verdict(api, obj)
        if bool(ours) != bool(theirs):
            different.append(f"{name}:\n  embedded: {ours or 'takes it'}\n  real: {theirs or 'takes it'}")
    sys.stdout.write(f"{len(objects) - len(different)} of {len(objects)} verdicts agree\n")
    return different


def test_verdicts_agree_on_good_objects_and_single_mistakes(api: Api) -> None:
    objects = [(name, obj) for name, obj in GOOD.items() if name != "definition"]
    objects += [(f"{each['of']} with {each['set']}", broken(each)) for each in BROKEN]
    different = differences(api, objects)
    assert not different, "\n".join(different)


def test_the_rehearsals_facts_about_kinds_are_those_of_the_server(cluster: Path) -> None:
    found = served(cluster)
    found["kinds"].pop("police.example.org/v1", None)
    found["words"] = {name: words for name, words in found["words"].items() if not name.startswith("org.example")}
    assert text(found) == DATA.read_text(encoding="utf-8")
