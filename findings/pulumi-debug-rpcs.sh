#!/usr/bin/env bash
# Pulumi's Python SDK: debug messages are sent to the engine one by one without a request, and each call is awaited.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile pulumi==3.272.0 pulumi-random==4.21.4
cat > "$work/finding.py" << 'PYTHON'
import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version

import grpc
import pulumi_random
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime import settings, stack
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, resource_pb2, resource_pb2_grpc

RESOURCES = 20
OUTPUTS = {"result": "x" * 20, "bcryptHash": "y" * 60}
calls: Counter[str] = Counter()


class Engine(engine_pb2_grpc.EngineServicer):
    """Does with a debug message what an engine does without `--debug`: nothing."""

    def Log(self, request, context):
        calls[engine_pb2.LogSeverity.Name(request.severity)] += 1
        return Empty()

    def SetRootResource(self, request, context):
        return engine_pb2.SetRootResourceResponse()


class Monitor(resource_pb2_grpc.ResourceMonitorServicer):
    def SupportsFeature(self, request, context):
        return resource_pb2.SupportsFeatureResponse(hasSupport=False)

    def RegisterResource(self, request, context):
        calls["registrations"] += 1
        answer = resource_pb2.RegisterResourceResponse(urn=f"urn:pulumi:s::p::{request.type}::{request.name}", id="i")
        answer.object.update({**request.object, **OUTPUTS})
        return answer

    def RegisterResourceOutputs(self, request, context):
        return Empty()

    def SignalAndWaitForShutdown(self, request, context):
        return Empty()


def serve(add, servicer) -> str:
    server = grpc.server(ThreadPoolExecutor(8))
    add(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    servers.append(server)
    return f"127.0.0.1:{port}"


def program() -> None:
    for number in range(RESOURCES):
        pulumi_random.RandomPassword(f"password-{number}", length=20, min_lower=1, min_upper=1)


servers: list[grpc.Server] = []
engine = serve(engine_pb2_grpc.add_EngineServicer_to_server, Engine())
monitor = serve(resource_pb2_grpc.add_ResourceMonitorServicer_to_server, Monitor())
settings.configure(settings.Settings(project="p", stack="s", engine=engine, monitor=monitor, dry_run=False))
loop = asyncio.new_event_loop()
loop.run_until_complete(stack.run_in_stack(program))

each = calls["DEBUG"] / RESOURCES
print("pulumi", version("pulumi"))
print("expected: without --debug, a program sends its registrations and the messages of level info and above")
print(f"seen: {calls['registrations']} registrations and {calls['DEBUG']} blocking calls of Engine.Log with level DEBUG,")
print(f"      {each:.0f} for each resource")

assert each >= 4, each
PYTHON
"$work/venv/bin/python" "$work/finding.py"
