"""`python -m bluelamp.engine.host ENGINE_ADDRESS`: serves the language host and prints its port."""

import os
import signal
import sys
import threading
from concurrent import futures

from bluelamp.engine.host import bare

bare.install()

import grpc  # noqa: E402 - the stand-ins must be in place first
from pulumi.runtime.proto import language_pb2_grpc  # noqa: E402

from bluelamp.engine.host.service import LanguageHost  # noqa: E402

_LOOK = 1.0
"""Seconds between looks at whether the engine still lives."""


def main() -> None:
    """Serves until the engine interrupts it or is gone, and takes what it runs with it."""
    parent = os.getppid()
    addresses = [word for word in sys.argv[1:] if not word.startswith("-")]
    engine = addresses[-1] if addresses else ""
    # Closing takes a thread of its own: a signal handler must not wait for the server it interrupts.
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    server = grpc.server(
        futures.ThreadPoolExecutor(max_workers=16),
        options=[("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)],
    )
    host = LanguageHost(engine)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    # An engine that is killed tells nobody; its host is then somebody else's child.
    while not done.wait(_LOOK) and os.getppid() == parent:
        pass
    host.stop()
    server.stop(grace=None)
    # Interpreter shutdown would wait for worker threads that the engine has already abandoned.
    os._exit(0)


main()
