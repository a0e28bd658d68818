"""The programs of a real Kubernetes control plane, built once from the Go module proxy and kept in the user's cache.

`gomod/` pins each program and its dependencies by hash. If `KUBEBUILDER_ASSETS` names a folder with `etcd` and
`kube-apiserver`, as Kubernetes' own test tools expect, that folder is used instead.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from bluelamp.folders import cache

_MODULES = Path(__file__).parent / "gomod"
_PACKAGES = {
    "etcd": {"etcd": "go.etcd.io/etcd/server/v3"},
    "apiserver": {
        "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
        "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
    },
}


class Unavailable(Exception):
    """The programs are missing and cannot be built. The message has the reason and the next step."""


def folder() -> Path:
    """The folder of the programs. Builds them first if they are missing, which takes some minutes.

    Raises `Unavailable` if they cannot be built.
    """
    given = os.environ.get("KUBEBUILDER_ASSETS")
    if given:
        missing = [name for name in ("etcd", "kube-apiserver") if not (Path(given) / name).is_file()]
        if missing:
            raise Unavailable(f"KUBEBUILDER_ASSETS names {given}, which has no {' and no '.join(missing)}")
        return Path(given)
    target = cache() / "control-plane" / _pin()
    if not target.is_dir():
        _make(target)
    return target


def _pin() -> str:
    """A name derived from the pinned sources."""
    sums = b"".join((_MODULES / module / "go.sum").read_bytes() for module in sorted(_PACKAGES))
    return hashlib.sha256(sums).hexdigest()[:16]


def _make(target: Path) -> None:
    go = shutil.which("go")
    if go is None:
        raise Unavailable(
            f"a Kubernetes API server is neither in {target} nor can it be built: Go is not installed "
            "(install Go, or name a folder with etcd and kube-apiserver in KUBEBUILDER_ASSETS)"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    with (target.parent / f"{target.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # Another process may have built it while this one waited for the lock.
        if target.is_dir():
            return
        work = target.with_name(f".{target.name}.{os.getpid()}")
        work.mkdir()
        try:
            for module, programs in _PACKAGES.items():
                for name, package in programs.items():
                    sys.stderr.write(f"building {name} (kept in {target})\n")
                    _build(go, module, package, work / name)
            work.rename(target)
        finally:
            shutil.rmtree(work, ignore_errors=True)


def _build(go: str, module: str, package: str, output: Path) -> None:
    """Builds one program. The linker sets the version that Kubernetes reports to clients."""
    flags = ["-s", "-w"]
    if package.startswith("k8s.io/kubernetes/"):
        version = _version(module, "k8s.io/kubernetes")
        major, minor, _ = version.removeprefix("v").split(".")
        stamps = {"gitVersion": version, "gitMajor": major, "gitMinor": minor}
        flags += [
            word for key, value in stamps.items() for word in ("-X", f"k8s.io/component-base/version.{key}={value}")
        ]
    command = [go, "build", "-mod=readonly", "-trimpath", "-ldflags", " ".join(flags), "-o", str(output), package]
    environment = {**os.environ, "GOFLAGS": "-buildvcs=false", "GOWORK": "off"}
    run = subprocess.run(command, cwd=_MODULES / module, env=environment, check=False, capture_output=True, text=True)
    if run.returncode:
        raise Unavailable(f"go build {package} failed: {run.stderr.strip()[-2000:]}")


def _version(module: str, requirement: str) -> str:
    for line in (_MODULES / module / "go.mod").read_text(encoding="utf-8").splitlines():
        words = line.removeprefix("require ").split()
        if words[:1] == [requirement]:
            return words[1]
    raise Unavailable(f"{_MODULES / module / 'go.mod'} does not require {requirement}")
