"""Charts of `kubernetes.helm.v3.Chart`: rendered by Helm if it is installed, and never downloaded."""

import json
from pathlib import Path
from typing import Any

import pytest

from bluelamp.rehearsal.kubernetes.helm import rendered
from bluelamp.rehearsal.provider import CloudError


def test_a_chart_needs_helm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CloudError, match="put helm on the PATH"):
        rendered(json.dumps({"path": str(tmp_path)}))


@pytest.mark.parametrize(
    "given", [{"chart": "nginx"}, {"chart": "nginx", "repo": "bitnami"}, {"path": ".", "fetch_opts": {"repo": "x"}}, {}]
)
def test_a_chart_of_a_repository_is_not_downloaded(
    given: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    helm = tmp_path / "helm"
    helm.write_text(f"#!/bin/sh\ntouch {tmp_path}/started\n")
    helm.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CloudError, match="nothing is downloaded"):
        rendered(json.dumps(given))
    assert not (tmp_path / "started").exists()
