"""The compiled policies, bound as shipped: the modules' objects pass, and bad ones are refused."""

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
    """The server with the whole baseline."""
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
    """Why the baseline or the server refuses `obj`; nothing if it is accepted."""
    try:
        namespace = obj["metadata"].get("namespace") or "default"
        path = api.path(obj["apiVersion"], obj["kind"], namespace, obj["metadata"]["name"])
        api.apply(path, obj, "tests", dry_run=True, force=True)
    except RefusalError as error:
        return error.message
    return ""


def test_a_privileged_pod_is_refused_with_the_fix(api: Api) -> None:
    output = estate.until(lambda: refusal(api, PRIVILEGED), bool)
    # If several policies refuse, the server reports one.
    (id_,) = re.findall(r"with binding 'bl-k8s-\d+' denied request: (BL-K8S-\d+): ", output)
    (rule,) = [rule for rule in rules() if rule.id == id_]
    assert output.endswith(f"{rule.failure}. {rule.fix}")


def test_the_modules_objects_are_accepted(api: Api) -> None:
    made = [obj for path in sorted(MODULES.glob("*/examples/*.py")) for obj in estate.example(path)]
    for obj in made:
        if obj["kind"] == "Namespace":
            estate.apply(api, obj)
    refused = [f"{obj['kind']} {obj['metadata']['name']}: {output}" for obj in made if (output := refusal(api, obj))]
    assert not refused, "\n".join(refused)
    assert len(made) > 200
