"""Only the user who runs a rehearsal, a language host or a policy pack may call it.

As the superuser (in CI), a process of another user makes the calls. An ordinary user cannot become another, so the
servers are configured to serve another user, which makes this user's own calls a stranger's.
"""

import contextlib
import itertools
import os
import random
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import grpc
import pytest
from pulumi.runtime.proto import (
    analyzer_pb2_grpc,
    language_pb2_grpc,
    plugin_pb2,
    provider_pb2,
    provider_pb2_grpc,
)

from bluelamp.core import loopback, peer
from bluelamp.rehearsal.packages import Packages
from bluelamp.rehearsal.server import Server, _Service
from bluelamp.rehearsal.store import Record, Store
from tests.conftest import ROOT

SUPERUSER = os.geteuid() == 0
NOBODY = 65534
SERVICES = {
    "pulumirpc.ResourceProvider": provider_pb2_grpc.ResourceProviderServicer,
    "pulumirpc.LanguageRuntime": language_pb2_grpc.LanguageRuntimeServicer,
    "pulumirpc.Analyzer": analyzer_pb2_grpc.AnalyzerServicer,
}
CALLER = """
import sys, os
import grpc
grpc.insecure_channel("127.0.0.1:1").close()  # loads all that is needed, while it can be read
if sys.argv[1] != "-":
    os.setgroups([])
    os.setgid(int(sys.argv[1]))
    os.setuid(int(sys.argv[1]))
channels = {}
for line in sys.stdin:
    port, method, kind, content = line.rstrip("\\n").split(" ")
    if port not in channels:
        channels[port] = grpc.insecure_channel("127.0.0.1:" + port)
    try:
        if kind == "stream":
            list(channels[port].stream_stream(method)(iter([bytes.fromhex(content)]), timeout=20))
        else:
            channels[port].unary_unary(method)(bytes.fromhex(content), timeout=20)
        code = "OK"
    except grpc.RpcError as error:
        code = error.code().name
    print(code, flush=True)
"""


class Caller:
    """A process that makes gRPC calls, as another user if possible."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def call(self, port: int, method: str, content: bytes = b"", kind: str = "unary") -> str:
        """The status code of one call."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{port} {method} {kind} {content.hex()}\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()


@contextlib.contextmanager
def calling(user: int | None) -> Iterator[Caller]:
    with subprocess.Popen(
        [sys.executable, "-c", CALLER, "-" if user is None else str(user)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd="/",
    ) as process:
        yield Caller(process)
        process.kill()


@pytest.fixture(scope="module")
def stranger() -> Iterator[Caller]:
    with calling(NOBODY if SUPERUSER else None) as caller:
        yield caller


@pytest.fixture(scope="module")
def store() -> Store:
    made = Store(":memory:")
    made.add(Record("/subscriptions/a/resourceGroups/rg", "azure-native", "azure-native:resources:ResourceGroup", "u"))
    return made


@pytest.fixture(scope="module")
def port(store: Store) -> Iterator[int]:
    """The port of a provider that serves this user; for an ordinary user, one that serves another user only."""
    provider = Packages(store).provider("azure-native")
    register = partial(provider_pb2_grpc.add_ResourceProviderServicer_to_server, _Service(provider, lambda package: ""))
    server, number = loopback.serve(register, workers=4, user=None if SUPERUSER else os.geteuid() + 1)
    server.start()
    yield number
    server.stop(grace=None)


def methods(service: str) -> list[str]:
    return [f"/{service}/{name}" for name in vars(SERVICES[service]) if name[:1].isupper()]


def test_no_method_serves_another_user_whatever_the_message(stranger: Caller, port: int, store: Store) -> None:
    chance = random.Random(16)
    before = store.all()
    create = provider_pb2.CreateRequest(urn="urn:pulumi:s::p::azure-native:resources:ResourceGroup::x")
    delete = provider_pb2.DeleteRequest(id=before[0].id, urn="urn:pulumi:s::p::azure-native:resources:ResourceGroup::x")
    bodies = [b"", create.SerializeToString(), delete.SerializeToString()]
    known = methods("pulumirpc.ResourceProvider")
    assert len(known) > 15
    for turn in range(2_500):
        method = known[turn % len(known)]
        # `Construct` and others are not implemented here; all implemented methods refuse before they decode.
        content = bodies[turn % 3] if turn % 2 else chance.randbytes(chance.randint(0, 200))
        assert stranger.call(port, method, content, "stream" if turn % 7 == 0 else "unary") != "OK"
        assert stranger.call(port, "/pulumirpc.ResourceProvider/Delete", content) == "PERMISSION_DENIED"
    assert store.all() == before


@pytest.mark.parametrize("name", ["Handshake", "CheckConfig", "Configure", "Create", "Read", "Delete", "Invoke"])
def test_a_call_is_refused_before_its_message_is_decoded(stranger: Caller, port: int, name: str) -> None:
    assert stranger.call(port, f"/pulumirpc.ResourceProvider/{name}", b"\xff\xff\xff") == "PERMISSION_DENIED"


def test_every_package_of_a_rehearsal_refuses_another_user(store: Store, stranger: Caller) -> None:
    handshake = "/pulumirpc.ResourceProvider/Handshake"
    with Server(Packages(store).all()) as server, calling(None) as own:
        for package, number in server.ports.items():
            assert own.call(number, handshake) == "OK", package
            if SUPERUSER:
                assert stranger.call(number, handshake) == "PERMISSION_DENIED", package


def _printed(command: list[str], cwd: Path, **environment: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        command,
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **environment},
    )


@pytest.mark.parametrize("what", ["host", "pack"])
def test_the_language_host_and_the_policy_pack_refuse_another_user(what: str, stranger: Caller, tmp_path: Path) -> None:
    if what == "host":
        service = "pulumirpc.LanguageRuntime"
        command = [sys.executable, "-P", "-m", "bluelamp.engine.host", "127.0.0.1:1"]
    else:
        service = "pulumirpc.Analyzer"
        command = [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(ROOT / "policies")]
    with _printed(command, tmp_path, BLUELAMP_ENGINE_DIR=str(tmp_path)) as served:
        try:
            assert served.stdout is not None
            number = int(served.stdout.readline())
            with grpc.insecure_channel(f"127.0.0.1:{number}") as channel:
                about = channel.unary_unary(
                    f"/{service}/GetPluginInfo", response_deserializer=plugin_pb2.PluginInfo.FromString
                )
                assert about(b"").version
            if SUPERUSER:
                for method in methods(service):
                    code = stranger.call(number, method, b"\xff")
                    assert code in ("PERMISSION_DENIED", "UNIMPLEMENTED"), method
                assert stranger.call(number, f"/{service}/GetPluginInfo") == "PERMISSION_DENIED"
        finally:
            served.kill()


CALLERS = ["", "unix:", "unix:/tmp/socket", "ipv4:", "ipv4:127.0.0.1", "ipv4:127.0.0.1:", "ipv4:127.0.0.1:x"]
CALLERS += [f"{kind}:{host}:{number}" for kind, host, number in itertools.product(
    ["ipv4", "ipv6", "IPV4", "dns", "vsock", " ipv4"],
    ["127.0.0.1", "127.0.0.2", "[::1]", "%5B::1%5D", "10.0.0.1", "localhost", ""],
    ["0", "1", "65535", "65536", "-1", "1e3", "９", ""],
)]  # fmt: skip


def test_a_caller_that_cannot_be_identified_is_refused() -> None:
    admission = loopback.Admission(os.geteuid())
    admission.port = 1
    assert not [caller for caller in CALLERS if admission._admits(caller)]


def test_the_owner_of_a_connection_is_known_until_it_is_closed() -> None:
    for _ in range(200):
        with socket.create_server(("127.0.0.1", 0)) as server:
            local = server.getsockname()[1]
            client = socket.create_connection(("127.0.0.1", local))
            remote = client.getsockname()[1]
            accepted, _ = server.accept()
            with accepted:
                assert peer.owner(local, remote) == peer._listed(local, remote) == os.geteuid()
                assert peer.owner(local, local) is None
                client.close()
                # The kernel keeps the connection for a while and names the superuser as its owner.
                assert peer.owner(local, remote) is None
                assert peer._listed(local, remote) is None


@pytest.mark.engine
@pytest.mark.usefixtures("engine")
def test_the_engine_works_while_another_user_calls(stranger: Caller, tmp_path: Path) -> None:
    root = tmp_path / "crash"
    shutil.copytree(ROOT / "tests" / "endtoend" / "programs" / "crash", root)
    script = (
        "import os, subprocess, sys; "
        "print('providers', os.environ['PULUMI_DEBUG_PROVIDERS'], flush=True); sys.stdin.readline(); "
        "sys.exit(subprocess.run(['pulumi', 'up', '--skip-preview'], stdin=subprocess.DEVNULL).returncode)"
    )
    command = [str(Path(sys.executable).with_name("bluelamp")), "rehearse", "--", sys.executable, "-c", script]
    with subprocess.Popen(
        command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as run:
        assert run.stdout is not None
        first = next(line for line in run.stdout if line.startswith("providers "))
        ports = dict(one.split(":") for one in first.split()[1].split(","))
        method = "/pulumirpc.ResourceProvider/Handshake"
        if SUPERUSER:
            assert stranger.call(int(ports["azure-native"]), method) == "PERMISSION_DENIED"
            assert stranger.call(int(ports["kubernetes"]), method) == "PERMISSION_DENIED"
        output, _ = run.communicate("go\n")
    assert run.returncode == 0, output
    assert ("refused a call of another user of this machine (user id 65534)" in output) == SUPERUSER
