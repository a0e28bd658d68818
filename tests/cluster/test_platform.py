"""Every object of a cluster's platform on a real API server with the published definitions."""

from pathlib import Path
from typing import Any

import pytest

from bluelamp.infra.force import load
from bluelamp.infra.program.build import build
from bluelamp.rehearsal.kubernetes.api import Api, RefusalError
from bluelamp.rehearsal.values import UNKNOWN
from tests.cluster import estate

pytestmark = pytest.mark.cluster
_PARTS = ("admission", "backup", "classes", "gateway", "monitoring", "secret_store", "tenant")
EXAMPLES = [
    path
    for part in _PARTS
    for path in sorted((estate.ROOT / "modules" / "kubernetes" / part / "examples").glob("*.py"))
]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_every_object_of_an_example_is_accepted(crds: Path, path: Path) -> None:
    api, objects = Api(crds), estate.example(path)
    assert objects
    for obj in objects:
        # Only namespaces are created: other objects would affect other tests.
        if obj["kind"] == "Namespace":
            estate.apply(api, obj)
    refused = [
        f"{obj['kind']} {obj['metadata']['name']}: {reason}" for obj in objects if (reason := estate.refusal(api, obj))
    ]
    assert refused == []


def test_every_object_of_a_full_force_is_accepted(crds: Path) -> None:
    api, objects = Api(crds), estate.objects(lambda: build(load("west-midlands")))
    kinds = {each["kind"] for each in objects}
    assert {"Cluster", "Gateway", "Certificate", "ClusterSecretStore", "BackupStorageLocation", "Schedule"} <= kinds
    for obj in objects:
        if obj["kind"] == "Namespace":
            estate.apply(api, obj)
    refused = [
        f"{obj['kind']} {obj['metadata']['name']}: {reason}"
        for obj in objects
        if (reason := estate.refusal(api, _known(obj)))
    ]
    assert refused == []


def _known(value: Any) -> Any:
    """With a text for every value that Azure assigns on creation."""
    if isinstance(value, dict):
        return {key: _known(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_known(item) for item in value]
    return "https://known.later.example/" if value is UNKNOWN else value


def test_a_secret_store_is_closed_to_tenants(crds: Path) -> None:
    path = estate.ROOT / "modules" / "kubernetes" / "secret_store" / "examples" / "minimal.py"
    (store,) = [each for each in estate.example(path) if each["kind"] == "ClusterSecretStore"]
    taken = estate.apply(Api(crds), store, dry_run=True)
    assert taken["spec"]["conditions"] == [{"namespaces": ["cert-manager", "gateway-system", "monitoring", "velero"]}]


def test_a_route_without_a_matching_gateway_listener_is_refused(crds: Path) -> None:
    path = estate.ROOT / "modules" / "kubernetes" / "gateway" / "examples" / "minimal.py"
    (route,) = [each for each in estate.example(path) if each["kind"] == "HTTPRoute"]
    route["spec"]["rules"][0]["filters"][0]["requestRedirect"]["scheme"] = "gopher"
    with pytest.raises(RefusalError, match="scheme"):
        estate.apply(Api(crds), {**route, "metadata": {"name": "x", "namespace": "default"}}, dry_run=True)
