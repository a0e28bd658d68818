"""A real Kubernetes control plane for tests: etcd, the API server and the controller manager, without nodes.

No pods run, which is enough for admission, quotas, RBAC, server-side apply and the deletion of namespaces.
"""

import base64
import contextlib
import json
import secrets
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tests.cluster import binaries

_START_SECONDS = 90.0
_ADMIN = "system:masters"


class StartError(Exception):
    """The control plane did not start. The message names the program and has the end of its log."""


@contextlib.contextmanager
def control_plane(folder: Path, *flags: str) -> Iterator[Path]:
    """Runs a control plane whose files are in `folder`, and yields the path of an administrator's kubeconfig.

    The API server gets `flags` in addition to its own.

    Raises `binaries.Unavailable` if the programs are not available, `StartError` if they do not start.
    """
    programs = binaries.folder()
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        running: dict[str, subprocess.Popen[bytes]] = {}

        def start(name: str, *flags: str) -> None:
            log = stack.enter_context((folder / f"{name}.log").open("wb"))
            child = subprocess.Popen([programs / name, *flags], stdout=log, stderr=log, cwd=folder)
            running[name] = child
            stack.callback(_stop, child)

        client, peer, secure, manager = _free_ports(4)
        url = f"http://127.0.0.1:{client}"
        start(
            "etcd",
            f"--data-dir={folder / 'etcd'}",
            f"--listen-client-urls={url}",
            f"--advertise-client-urls={url}",
            f"--listen-peer-urls=http://127.0.0.1:{peer}",
            f"--initial-advertise-peer-urls=http://127.0.0.1:{peer}",
            f"--initial-cluster=default=http://127.0.0.1:{peer}",
            "--unsafe-no-fsync",
            "--log-level=warn",
        )
        _wait(folder, running, f"{url}/health", "")
        token, key = secrets.token_hex(16), _service_account_key(folder)
        tokens = folder / "tokens.csv"
        tokens.write_text(f'{token},admin,admin,"{_ADMIN}"\n', encoding="utf-8")
        tokens.chmod(0o600)
        start(
            "kube-apiserver",
            f"--etcd-servers={url}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            f"--secure-port={secure}",
            f"--cert-dir={folder / 'certificates'}",
            f"--service-account-key-file={key}",
            f"--service-account-signing-key-file={key}",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--token-auth-file={tokens}",
            "--authorization-mode=RBAC",
            # As in every real cluster, so that Pod Security admission decides.
            "--allow-privileged=true",
            "--service-cluster-ip-range=10.0.0.0/24",
            "--endpoint-reconciler-type=none",
            "--profiling=false",
            *flags,
        )
        server = f"https://127.0.0.1:{secure}"
        _wait(folder, running, f"{server}/readyz", token)
        kubeconfig = _kubeconfig(folder, server, token)
        if (programs / "kube-controller-manager").is_file():
            start(
                "kube-controller-manager",
                f"--kubeconfig={kubeconfig}",
                "--bind-address=127.0.0.1",
                f"--secure-port={manager}",
                f"--cert-dir={folder / 'manager-certificates'}",
                f"--service-account-private-key-file={key}",
                "--use-service-account-credentials=false",
                "--leader-elect=false",
            )
            _wait(folder, running, f"https://127.0.0.1:{manager}/healthz", token)
        _wait(folder, running, f"{server}/api/v1/namespaces/default", token)
        yield kubeconfig


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(timeout=10)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _free_ports(count: int) -> list[int]:
    """Unused ports; all are bound at the same time so that they differ."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]


def _service_account_key(folder: Path) -> Path:
    """A new P-256 key that signs service account tokens, in RFC 5915 format without the public key."""
    number = b"\0" + secrets.token_bytes(31)  # below the curve's order for any bytes
    der = bytes.fromhex("30310201010420") + number + bytes.fromhex("a00a06082a8648ce3d030107")
    body = base64.b64encode(der).decode()
    path = folder / "service-account.key"
    path.touch(mode=0o600)
    path.write_text(f"-----BEGIN EC PRIVATE KEY-----\n{body}\n-----END EC PRIVATE KEY-----\n", encoding="ascii")
    return path


def _wait(folder: Path, running: dict[str, subprocess.Popen[bytes]], url: str, token: str) -> None:
    """Polls `url` until it responds with success; the most recently started program is the one waited for."""
    name, child = list(running.items())[-1]
    # The server signs its own certificate at start and listens on this machine only.
    context = ssl._create_unverified_context()
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})
    deadline = time.monotonic() + _START_SECONDS
    answer = "no answer"
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(request, timeout=5, context=context) as response:
                response.read()
                return
        except (OSError, urllib.error.URLError) as error:
            answer = str(error)
        # Waits briefly, or returns at once if the program has ended.
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=0.05)
            break
    log = (folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")
    raise StartError(f"{name} did not come up at {url} ({answer}):\n{log[-3000:]}")


def _kubeconfig(folder: Path, server: str, token: str) -> Path:
    path = folder / "kubeconfig"
    path.touch(mode=0o600)
    certificate = folder / "certificates" / "apiserver.crt"
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "test", "cluster": {"server": server, "certificate-authority": str(certificate)}}],
        "users": [{"name": "admin", "user": {"token": token}}],
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "admin"}}],
        "current-context": "test",
    }
    path.write_text(json.dumps(content, indent=2), encoding="utf-8")
    return path
