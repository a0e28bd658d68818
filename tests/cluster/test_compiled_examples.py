"""The policies that the rules compile to, bound as they are shipped: what the modules make passes, what is bad does not."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bluelamp.policies import rules
from bluelamp.policies.compiled import to_admission
from bluelamp.rehearsal.kubernetes.api import Api, RefusalError
from tests.cluster import estate

pytestmark = pytest.mark.cluster
MODULES = estate.ROOT / "modules" / "kubernetes"
SHIPPED = [document for documents in to_admission(rules()).documents.values() for document in documents]
PRIVILEGED = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "shell", "namespace": "shipped"},
    "spec": {"containers": [{"name": "shell", "image": "a:1", "securityContext": {"privileged": True}}]},
}


@pytest.fixture(scope="module")
def api(crds: Path) -> Iterator[Api]:
    """The server under the whole baseline."""
    server = Api(crds)
    for name in ("shipped", "clusters"):
        estate.apply(server, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    estate.until(lambda: refusal(server, PRIVILEGED), lambda found: "serviceaccount" not in found)
    for document in SHIPPED:
        estate.apply(server, document)
    yield server
    # Other tests share the server.
    for document in reversed(SHIPPED):
        estate.remove(server, document)
    assert estate.until(lambda: refusal(server, PRIVILEGED), lambda found: not found) == ""


def refusal(api: Api, obj: dict[str, Any]) -> str:
    """Why the baseline, or the server itself, refuses `obj`; nothing where it is taken."""
    try:
        namespace = obj["metadata"].get("namespace") or "default"
        path = api.path(obj["apiVersion"], obj["kind"], namespace, obj["metadata"]["name"])
        api.apply(path, obj, "tests", dry_run=True, force=True)
    except RefusalError as error:
        return error.message
    return ""


def test_a_privileged_pod_is_refused_with_the_way_to_mend_it(api: Api) -> None:
    said = estate.until(lambda: refusal(api, PRIVILEGED), bool)
    # Of several policies that refuse, the server tells one.
    (id_,) = re.findall(r"with binding 'bl-k8s-\d+' denied request: (BL-K8S-\d+): ", said)
    (rule,) = [rule for rule in rules() if rule.id == id_]
    assert said.endswith(f"{rule.title}. {rule.fix}")


def test_what_the_modules_make_passes(api: Api) -> None:
    made = [obj for path in sorted(MODULES.glob("*/examples/*.py")) for obj in estate.example(path)]
    for obj in made:
        if obj["kind"] == "Namespace":
            estate.apply(api, obj)
    refused = [f"{obj['kind']} {obj['metadata']['name']}: {said}" for obj in made if (said := refusal(api, obj))]
    assert not refused, "\n".join(refused)
    assert len(made) > 200
