"""The tenant module on a real Kubernetes API server."""

from pathlib import Path

import pytest

from tests.conftest import Project

FORCE = "west-midlands"
TENANT = "own-evidence"


@pytest.mark.engine
@pytest.mark.cluster
@pytest.mark.usefixtures("engine")
def test_a_tenant_comes_up_on_a_real_cluster_and_refuses_a_privileged_pod(project: Project, cluster: Path) -> None:
    from kubernetes import client, config
    from kubernetes.client.exceptions import ApiException

    # Every context is this one API server here, so the clusters cannot all have a platform of their own.
    settings = project.settings(FORCE)
    alone = "config:\n  bluelamp:components: {clusters: off, platform: off, workloadIdentity: off}\n"
    before, tenants, after = settings.read_text("utf-8").replace("config:\n", alone, 1).partition("    tenants:\n")
    # Other tests have namespaces of the usual names on the same API server.
    renamed = after.replace("name: digital-evidence", f"name: {TENANT}").replace("name: command", "name: own-command")
    settings.write_text(before + tenants + renamed, "utf-8")
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
