"""What `render --operator` writes, on a real API server. The operator's own kinds are applied by `operated`."""

from pathlib import Path

import pytest

from bluelamp.rehearsal.kubernetes.api import Api
from tests.cluster import operated


@pytest.mark.cluster
def test_a_server_takes_every_built_in_object_and_the_restricted_namespace_the_pods(cluster: Path) -> None:
    api = Api(cluster)
    for one in operated.objects():
        if one["kind"] != "Stack":
            operated.applied(api, one)
    for pod in operated.pods():
        kept = operated.applied(api, pod, dry_run=True)
        assert kept["spec"]["automountServiceAccountToken"] is False
        # The token that the pod itself mounts is the only one.
        mounts = kept["spec"]["containers"][0]["volumeMounts"]
        assert [each["name"] for each in mounts if "serviceaccount" in each["mountPath"]] == ["kubernetes"]
