"""Tenants on a real API server: permissions, network isolation and quotas."""

from pathlib import Path
from typing import Any

import pytest

from bluelamp.modules.kubernetes.tenant import Tenant
from bluelamp.rehearsal.kubernetes.api import Api, RefusalError
from tests.cluster import estate

pytestmark = pytest.mark.cluster
TENANTS = ("tenancy-records", "tenancy-custody")
GROUPS = {
    tenant: {
        role: f"6f0c7d1e-52b4-4a43-9a0e-{index:06d}{number:06d}"
        for number, role in enumerate(("admin", "edit", "view"))
    }
    for index, tenant in enumerate(TENANTS)
}
RECORDS, CUSTODY = TENANTS
# verb, resource, API group
RIGHTS = [
    ("create", "deployments", "apps"),
    ("get", "pods", ""),
    ("get", "pods/log", ""),
    ("create", "pods/exec", ""),
    ("get", "secrets", ""),
    ("create", "rolebindings", "rbac.authorization.k8s.io"),
    ("create", "networkpolicies", "networking.k8s.io"),
    ("update", "resourcequotas", ""),
    ("update", "limitranges", ""),
    ("delete", "namespaces", ""),
    ("impersonate", "serviceaccounts", ""),
]
ALLOWED = {
    "admin": {
        "create deployments",
        "get pods",
        "get pods/log",
        "create pods/exec",
        "get secrets",
        "create rolebindings",
        "create networkpolicies",
        "impersonate serviceaccounts",
    },
    "edit": {
        "create deployments",
        "get pods",
        "get pods/log",
        "create pods/exec",
        "get secrets",
        "create networkpolicies",
        "impersonate serviceaccounts",
    },
    "view": {"get pods", "get pods/log"},
    "nobody": set(),
}


@pytest.fixture(scope="module")
def api(crds: Path) -> Api:
    """The server with two tenants, one of which follows a Git repository."""

    def program() -> None:
        for tenant in TENANTS:
            Tenant(
                tenant,
                {
                    "label": estate.LABEL,
                    "namespace": tenant,
                    "groups": GROUPS[tenant],
                    "quota": {"cpu": "1", "memory": "1Gi", "pods": 5},
                    "gitops": {"url": "https://git.example.org/deploy"},
                },
            )

    server = Api(crds)
    for obj in estate.objects(program):
        estate.apply(server, obj)
    assert estate.until(lambda: may(server, "admin", RECORDS, *RIGHTS[0]), bool)
    return server


def may(api: Api, role: str, within: str, verb: str, resource: str, group: str, *, tenant: str = RECORDS) -> bool:
    """Whether a user in a tenant's group may do something in a namespace; `` is the whole cluster."""
    return reviewed(api, "somebody@example.org", [GROUPS[tenant].get(role, "other")], within, verb, resource, group)


def reviewed(api: Api, user: str, groups: list[str], within: str, verb: str, resource: str, group: str) -> bool:
    whole, _, part = resource.partition("/")
    attributes = {"namespace": within, "verb": verb, "resource": whole, "group": group}
    if part:
        attributes["subresource"] = part
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "spec": {"user": user, "groups": [*groups, "system:authenticated"], "resourceAttributes": attributes},
    }
    status = api.request("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", review)["status"]
    return bool(status["allowed"])


def granted(api: Api, user: str, groups: list[str], within: str) -> set[str]:
    return {f"{verb} {what}" for verb, what, group in RIGHTS if reviewed(api, user, groups, within, verb, what, group)}


@pytest.mark.parametrize("role", ALLOWED)
@pytest.mark.parametrize("tenant", TENANTS)
def test_a_group_has_its_roles_permissions_in_its_own_namespace_only(api: Api, tenant: str, role: str) -> None:
    groups = [GROUPS[tenant].get(role, "another-group")]
    other = RECORDS if tenant == CUSTODY else CUSTODY
    own = estate.until(
        lambda: granted(api, "somebody@example.org", groups, tenant), lambda found: found == ALLOWED[role]
    )
    assert own == ALLOWED[role]
    for elsewhere in (other, "kube-system", "default", ""):
        assert granted(api, "somebody@example.org", groups, elsewhere) == set()


@pytest.mark.parametrize("account", ["workload", "default"])
def test_a_service_account_of_a_tenant_may_do_nothing(api: Api, account: str) -> None:
    user = f"system:serviceaccount:{RECORDS}:{account}"
    groups = ["system:serviceaccounts", f"system:serviceaccounts:{RECORDS}"]
    for within in (RECORDS, CUSTODY, "kube-system", ""):
        assert granted(api, user, groups, within) == set()


def test_the_identity_that_follows_a_repository_may_edit_its_own_namespace_only(api: Api) -> None:
    user = f"system:serviceaccount:{RECORDS}:gitops"
    groups = ["system:serviceaccounts", f"system:serviceaccounts:{RECORDS}"]
    own = estate.until(lambda: granted(api, user, groups, RECORDS), lambda found: found == ALLOWED["edit"])
    assert own == ALLOWED["edit"]
    assert granted(api, user, groups, CUSTODY) == granted(api, user, groups, "") == set()


def test_no_tenant_user_sees_the_cluster(api: Api) -> None:
    for role in ("admin", "edit", "view"):
        for resource, group in (("nodes", ""), ("namespaces", ""), ("clusterroles", "rbac.authorization.k8s.io")):
            assert not may(api, role, "", "list", resource, group)


def test_every_tenant_is_isolated_in_both_directions(api: Api) -> None:
    for tenant in TENANTS:
        policies = estate.all_of(api, f"/apis/networking.k8s.io/v1/namespaces/{tenant}/networkpolicies")
        specs = [each["spec"] for each in policies]
        assert {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]} in specs


def test_a_pod_that_is_not_restricted_is_refused(api: Api) -> None:
    privileged = pod("shell", securityContext={"privileged": True})
    assert 'violates PodSecurity "restricted' in estate.refusal(api, privileged)


def test_a_pod_beyond_the_quota_is_refused(api: Api) -> None:
    first, second = (
        pod(name, resources={"requests": {"cpu": "600m"}, "limits": {"cpu": "600m"}}) for name in ("one", "two")
    )
    # A controller counts the quota before anything is admitted under it.
    assert estate.until(lambda: refusal_for_real(api, first), lambda reason: not reason) == ""
    assert "exceeded quota: tenant, requested: limits.cpu=600m,requests.cpu=600m" in estate.refusal(api, second)
    estate.remove(api, first)


def test_a_container_without_requests_gets_the_limits(api: Api) -> None:
    taken = estate.until(lambda: dry(api, pod("plain")), bool)
    (container,) = taken["spec"]["containers"]
    assert container["resources"] == {
        "limits": {"cpu": "500m", "memory": "512Mi"},
        "requests": {"cpu": "100m", "memory": "128Mi"},
    }


def dry(api: Api, obj: dict[str, Any]) -> dict[str, Any]:
    try:
        return estate.apply(api, obj, dry_run=True)
    except RefusalError:
        return {}


def refusal_for_real(api: Api, obj: dict[str, Any]) -> str:
    try:
        estate.apply(api, obj)
    except RefusalError as error:
        return error.message
    return ""


def pod(name: str, **container: Any) -> dict[str, Any]:
    """A restricted pod, except for the fields in `container`."""
    careful = {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "runAsNonRoot": True,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": RECORDS},
        "spec": {
            "serviceAccountName": "workload",
            "containers": [
                {"name": "main", "image": "registry.example.org/a:1", "securityContext": careful, **container}
            ],
        },
    }
