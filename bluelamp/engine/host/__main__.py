"""`python -m bluelamp.engine.host ENGINE_ADDRESS`: serves the language host and prints its port."""

import os
import select
import signal
import socket
import sys
from functools import partial

from bluelamp.engine.host import bare

bare.install()

from pulumi.runtime.proto import language_pb2_grpc  # noqa: E402 - the empty packages must be in place first

from bluelamp.core import loopback  # noqa: E402
from bluelamp.engine.host.service import LanguageHost  # noqa: E402


def main() -> None:
    """Serves until the engine interrupts it or ends, then terminates its child processes."""
    addresses = [word for word in sys.argv[1:] if not word.startswith("-")]
    engine = addresses[-1] if addresses else ""
    host = LanguageHost(engine)
    server, port = loopback.serve(
        partial(language_pb2_grpc.add_LanguageRuntimeServicer_to_server, host), workers=16, name="language"
    )
    ended = _endings()
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    ended.poll()
    host.stop()
    server.stop(grace=None)
    # Interpreter shutdown would wait for worker threads that the engine has already abandoned.
    os._exit(0)


def _endings() -> select.poll:
    """A poll object that becomes ready when the engine interrupts this process, or no longer reads its output."""
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    # A handler that takes a lock could deadlock with the code that it interrupts; this only writes a byte.
    signal.set_wakeup_fd(writer.detach())
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    endings = select.poll()
    endings.register(reader.detach(), select.POLLIN)
    endings.register(sys.stdout.fileno(), 0)
    return endings


main()
