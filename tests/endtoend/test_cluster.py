"""The tenant module on a real Kubernetes API server."""

from pathlib import Path

import pytest

from tests.conftest import Project

FORCE = "wiltshire"
TENANT = "own-evidence"


@pytest.mark.engine
@pytest.mark.cluster
@pytest.mark.usefixtures("engine")
def test_a_tenant_comes_up_on_a_real_cluster_and_refuses_a_privileged_pod(project: Project, cluster: Path) -> None:
    from kubernetes import client, config
    from kubernetes.client.exceptions import ApiException

    settings = project.settings(FORCE)
    # Other tests have a namespace of the usual name on the same API server.
    before, tenants, after = settings.read_text("utf-8").partition("    tenants:\n")
    settings.write_text(before + tenants + after.replace("name: digital-evidence", f"name: {TENANT}"), "utf-8")
    up = project.run("up", "--rehearse", "--kubeconfig", str(cluster), FORCE)
    assert up.returncode == 0, up.stdout + up.stderr

    api = client.CoreV1Api(config.new_client_from_config(str(cluster)))
    namespace = api.read_namespace(TENANT)
    assert namespace.metadata.labels["pod-security.kubernetes.io/enforce"] == "restricted"
    networking = client.NetworkingV1Api(api.api_client)
    assert len(networking.list_namespaced_network_policy(TENANT).items) == 4

    container = {"name": "c", "image": "registry.example/c:1", "securityContext": {"privileged": True}}
    pod = {"metadata": {"name": "privileged"}, "spec": {"serviceAccountName": "default", "containers": [container]}}
    with pytest.raises(ApiException) as refused:
        api.create_namespaced_pod(TENANT, pod)
    assert refused.value.status == 403
    assert "violates PodSecurity" in refused.value.body

    again = project.run("up", "--rehearse", "--kubeconfig", str(cluster), FORCE)
    assert "unchanged" in again.stdout, again.stdout + again.stderr
    gone = project.run("destroy", "--rehearse", "--kubeconfig", str(cluster), FORCE)
    assert gone.returncode == 0, gone.stdout + gone.stderr
    names = [item.metadata.name for item in api.list_namespace().items]
    assert TENANT not in names
