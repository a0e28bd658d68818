"""The fixtures `cluster`, a real Kubernetes API server for a whole test run, and `crds`, its installed definitions."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import crds as published
from tests.cluster import parameters
from tests.cluster.binaries import Unavailable
from tests.cluster.control_plane import control_plane


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The kubeconfig of a running API server's administrator.

    If the server is not available, tests are skipped with the reason; in CI (`CI` is set) they fail.
    """
    try:
        with control_plane(tmp_path_factory.mktemp("control-plane")) as kubeconfig:
            parameters.keep(kubeconfig)
            yield kubeconfig
    except Unavailable as reason:
        if os.environ.get("CI"):
            pytest.fail(str(reason), pytrace=False)
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def crds(cluster: Path) -> Path:
    """The same kubeconfig, once the published definitions of Cluster API and the platform's components are installed.

    If they are not available, tests are skipped with the reason; in CI (`CI` is set) they fail.
    """
    try:
        published.install(cluster)
    except Unavailable as reason:
        if os.environ.get("CI"):
            pytest.fail(str(reason), pytrace=False)
        pytest.skip(str(reason))
    return cluster
