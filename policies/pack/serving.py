"""Serving the analyzer to the engine that started this process."""

import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import grpc
import yaml
from pulumi.runtime.proto import analyzer_pb2_grpc

from policies.discovery import rules
from policies.governance import BLOCK_UNKNOWN
from policies.pack import settled
from policies.pack.analyzer import Analyzer

_LARGEST_MESSAGE: Final = 400 * 1024 * 1024  # the engine's own limit, in bytes
_LOOK_FOR_ENGINE: Final = 2.0  # seconds


def serve() -> None:
    """Say the port on stdout and serve until told to stop, or until whoever started this process is gone."""
    about = yaml.load(Path(__file__).parent.with_name("PulumiPolicy.yaml").read_bytes(), Loader=yaml.CSafeLoader)
    options = [
        ("grpc.max_receive_message_length", _LARGEST_MESSAGE),
        ("grpc.max_send_message_length", _LARGEST_MESSAGE),
    ]
    server = grpc.server(ThreadPoolExecutor(max_workers=4), options=options)
    root = settled.project(sys.argv)
    analyzer = Analyzer(
        rules(),
        str(about["version"]),
        settle=lambda stack, given: settled.of(root, stack, given),
        block_unknown=os.environ.get(BLOCK_UNKNOWN, "") not in {"", "0", "false"},
    )
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(analyzer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    starter = os.getppid()
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda *_: server.stop(grace=None))
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    while server.wait_for_termination(timeout=_LOOK_FOR_ENGINE) and os.getppid() == starter:
        pass
    server.stop(grace=None)
