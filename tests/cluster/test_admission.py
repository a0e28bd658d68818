"""Admission on a real API server: bad objects are refused, and good ones pass."""

import copy
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from bluelamp.modules.kubernetes.admission import ClusterAdmission
from bluelamp.modules.kubernetes.tenant import Tenant
from bluelamp.rehearsal.kubernetes.api import Api, RefusalError
from tests.cluster import estate

pytestmark = pytest.mark.cluster
_DATA = yaml.safe_load((Path(__file__).parent / "admission.yaml").read_text(encoding="utf-8"))
_REGISTRIES = ["registry.essex.police.example", "mcr.microsoft.com/azuremonitor"]
OPEN, TENANT = "admission-open", "admission-tenant"
ADMINS = "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e01"
CASES = [(policy, case) for policy, cases in _DATA["cases"].items() for case in cases]


@pytest.fixture(scope="module")
def api(cluster: Path) -> Iterator[Api]:
    """The server with admission, a tenant, and a tenant's namespace without Pod Security or quota."""
    server = Api(cluster)
    admission = estate.objects(
        lambda: ClusterAdmission("admission", {"label": estate.LABEL, "registries": _REGISTRIES})
    )
    tenant = estate.objects(
        lambda: Tenant("tenant", {"label": estate.LABEL, "namespace": TENANT, "groups": {"admin": ADMINS}})
    )
    for obj in (*unguarded(), *tenant, *admission):
        estate.apply(server, obj)
    yield server
    # Other tests share the server.
    for obj in reversed(admission):
        estate.remove(server, obj)
    # The server drops each policy at its own pace.
    for cases in _DATA["cases"].values():
        stranger = changed(next(case for case in cases if "says" in case))
        assert estate.until(partial(estate.refusal, server, stranger), lambda reason: not reason) == ""


def unguarded() -> list[dict[str, Any]]:
    """A tenant's namespace in which only admission refuses objects."""
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": OPEN, "labels": {"bluelamp/tenant": OPEN}}},
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "workload", "namespace": OPEN}},
    ]


def changed(case: dict[str, Any]) -> dict[str, Any]:
    """The good object of a case with its changes."""
    obj: dict[str, Any] = copy.deepcopy(_DATA["good"][case["of"]])
    if obj["kind"] != "Namespace":
        obj["metadata"]["namespace"] = OPEN
    for path, value in case.get("set", {}).items():
        *parents, last = path.split(".")
        place: Any = obj
        for key in parents:
            place = place[int(key)] if isinstance(place, list) else place[key]
        place[int(last) if isinstance(place, list) else last] = value
    return obj


@pytest.mark.parametrize(
    ("policy", "case"), CASES, ids=[f"{policy}-{number}" for number, (policy, _) in enumerate(CASES)]
)
def test_admission_refuses_with_a_reason(api: Api, policy: str, case: dict[str, Any]) -> None:
    message = case.get("says", "")
    reason = estate.until(
        lambda: estate.refusal(api, changed(case)), lambda found: (message in found) == bool(message or not found)
    )
    assert message in reason
    assert (policy in reason) == bool(message), reason


@pytest.mark.parametrize("name", _DATA["good"])
def test_good_objects_are_accepted(api: Api, name: str) -> None:
    assert estate.refusal(api, changed({"of": name})) == ""


def test_every_policy_has_a_case_or_a_test_of_its_own(api: Api) -> None:
    path = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies?labelSelector=app.kubernetes.io/managed-by=bluelamp"
    policies = {each["metadata"]["name"]: each for each in estate.all_of(api, path)}
    assert set(policies) - set(_DATA["cases"]) == {"bluelamp-guardrails"}


def test_expressions_are_valid(api: Api) -> None:
    path = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/bluelamp-{}"

    def status(policy: str) -> dict[str, Any]:
        found: dict[str, Any] = api.request("GET", path.format(policy)).get("status", {})
        return found

    for policy in ("services", "owners", "traffic", "subjects"):
        checked = estate.until(lambda name=policy: status(name), lambda found: "typeChecking" in found)
        assert checked["typeChecking"] == {}, policy


def test_a_tenants_administrator_cannot_remove_tenant_isolation(api: Api, cluster: Path) -> None:
    admin = estate.As(cluster, "somebody@example.org", ADMINS)
    guard = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "deny-all", "namespace": TENANT},
    }
    own = {**_DATA["good"]["networkpolicy"], "metadata": {"name": "own", "namespace": TENANT}}

    def deletion(obj: dict[str, Any]) -> str:
        try:
            admin.request("DELETE", estate.path_of(admin, obj), {"dryRun": ["All"]})
        except RefusalError as error:
            return error.message
        return ""

    reason = estate.until(lambda: deletion(guard), lambda found: "bluelamp-guardrails" in found)
    assert "this belongs to the platform and keeps tenants apart" in reason
    assert "bluelamp-guardrails" in estate.refusal(
        admin, {**guard, "spec": {"podSelector": {}, "policyTypes": ["Ingress"]}}
    )
    estate.apply(admin, own)
    assert deletion(own) == ""
    binding = {**_DATA["good"]["rolebinding"], "metadata": {"name": "tenant-admin", "namespace": TENANT}}
    assert "bluelamp-guardrails" in deletion(binding)
    # Platform administrators may.
    api.request("DELETE", estate.path_of(api, guard), {"dryRun": ["All"]})


def test_the_gateways_own_service_is_exempt(api: Api) -> None:
    namespace = {
        **_DATA["good"]["namespace"],
        "metadata": {**_DATA["good"]["namespace"]["metadata"], "name": "gateway-system"},
    }
    estate.apply(api, namespace)
    service = changed({"of": "service", "set": {"spec.type": "LoadBalancer", "metadata.namespace": "gateway-system"}})
    assert estate.refusal(api, service) == ""
