"""`python -m bluelamp.engine.host ENGINE_ADDRESS`: serves the language host and prints its port."""

import os
import select
import signal
import socket
import sys
from functools import partial

from bluelamp.engine.host import bare

bare.install()

from pulumi.runtime.proto import language_pb2_grpc  # noqa: E402 - the stand-ins must be in place first

from bluelamp.core import loopback  # noqa: E402
from bluelamp.engine.host.service import LanguageHost  # noqa: E402


def main() -> None:
    """Serves until the engine interrupts it or is gone, and takes what it runs with it."""
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
    """What there is something to read of once the engine interrupts this process, or is gone and reads it no more."""
    told, teller = socket.socketpair()
    teller.setblocking(False)
    # A handler that took a lock could wait for the one that it interrupted; this only writes a byte.
    signal.set_wakeup_fd(teller.detach())
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    endings = select.poll()
    endings.register(told.detach(), select.POLLIN)
    endings.register(sys.stdout.fileno(), 0)
    return endings


main()
