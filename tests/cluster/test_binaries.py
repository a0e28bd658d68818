"""Building the control plane's programs."""

from pathlib import Path

import pytest

from tests.cluster import binaries


def test_without_go_and_without_a_cache_the_reason_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)
    monkeypatch.setenv("BLUELAMP_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(binaries.Unavailable, match=r"Go is not installed.*KUBEBUILDER_ASSETS"):
        binaries.folder()


def test_existing_programs_are_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path))
    with pytest.raises(binaries.Unavailable, match="has no etcd and no kube-apiserver"):
        binaries.folder()
    for name in ("etcd", "kube-apiserver"):
        (tmp_path / name).touch()
    assert binaries.folder() == tmp_path


def test_a_failed_build_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)
    monkeypatch.setenv("BLUELAMP_CACHE", str(tmp_path / "cache"))
    go = tmp_path / "go"
    go.write_text("#!/bin/sh\necho no route to the proxy >&2\nexit 1\n", encoding="utf-8")
    go.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(binaries.Unavailable, match="no route to the proxy"):
        binaries.folder()
    assert [path.suffix for path in (tmp_path / "cache" / "control-plane").iterdir()] == [".lock"]
