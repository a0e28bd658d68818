"""The output of `render --operator` on a real API server. `operated` applies the operator's own kinds."""

from pathlib import Path

import pytest

from bluelamp.rehearsal.kubernetes.api import Api
from tests.cluster import operated


@pytest.mark.cluster
def test_a_server_accepts_every_built_in_object_and_a_restricted_namespace_accepts_the_pods(cluster: Path) -> None:
    api = Api(cluster)
    for one in operated.objects():
        if one["kind"] != "Stack":
            operated.applied(api, one)
    for pod in operated.pods():
        kept = operated.applied(api, pod, dry_run=True)
        assert kept["spec"]["automountServiceAccountToken"] is False
        # The pod mounts only its own projected token.
        mounts = kept["spec"]["containers"][0]["volumeMounts"]
        assert [each["name"] for each in mounts if "serviceaccount" in each["mountPath"]] == ["kubernetes"]
