"""The published definitions on a real API server."""

from pathlib import Path

import pytest

from bluelamp.rehearsal.kubernetes.api import Api, RefusalError
from tests.cluster import crds as published
from tests.cluster.binaries import Unavailable


@pytest.mark.cluster
@pytest.mark.parametrize(
    ("api_version", "kind"),
    [
        ("cluster.x-k8s.io/v1beta2", "ClusterClass"),
        ("addons.cluster.x-k8s.io/v1beta2", "ClusterResourceSet"),
        ("controlplane.cluster.x-k8s.io/v1beta2", "KubeadmControlPlaneTemplate"),
        ("infrastructure.cluster.x-k8s.io/v1beta2", "VSphereMachineTemplate"),
        ("metal3.io/v1alpha1", "BareMetalHost"),
        ("gateway.networking.k8s.io/v1", "HTTPRoute"),
        ("cert-manager.io/v1", "ClusterIssuer"),
        ("external-secrets.io/v1", "ClusterSecretStore"),
        ("velero.io/v1", "Schedule"),
        ("cilium.io/v2", "CiliumNetworkPolicy"),
    ],
)
def test_the_kinds_of_a_platform_are_served(crds: Path, api_version: str, kind: str) -> None:
    assert Api(crds).kind(api_version, kind)


@pytest.mark.cluster
def test_the_published_schema_refuses_a_misspelt_field(crds: Path) -> None:
    store = {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ClusterSecretStore",
        "metadata": {"name": "vault"},
        "spec": {"provider": {"azurekv": {"vaultURL": "https://example.vault.azure.net"}}},
    }
    with pytest.raises(RefusalError, match="vaultURL"):
        Api(crds).apply("/apis/external-secrets.io/v1/clustersecretstores/vault", store, "tests", dry_run=True)


def test_without_go_and_without_a_cache_the_reason_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLUELAMP_CACHE", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match="install Go"):
        published.definitions()
