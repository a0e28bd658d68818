"""gRPC servers on the loopback interface that accept calls only from the user who runs them.

The engine reaches providers, language hosts and policy packs at `127.0.0.1:PORT`, to which any local user can connect,
and cannot send a token. So each call is matched with the user who opened its connection, and calls of other users are
refused before their message is decoded. On systems other than Linux, which do not name that user, no call is refused.
"""

import logging
import os
import re
from collections.abc import Callable, Iterator
from concurrent import futures
from typing import Any, Final

import grpc

from bluelamp.core import peer

LARGEST_MESSAGE: Final = 400 * 1024 * 1024
"""The engine's own limit on a message, in bytes."""

_log = logging.getLogger(__name__)
_PORT: Final = re.compile("[0-9]{1,5}")
_OPTIONS: Final = (
    ("grpc.max_receive_message_length", LARGEST_MESSAGE),
    ("grpc.max_send_message_length", LARGEST_MESSAGE),
    # No second process may listen on the same port and receive some of the calls.
    ("grpc.so_reuseport", 0),
)


class Admission:
    """A gRPC interceptor that refuses calls on `port` that do not come from the user `user` of this machine."""

    def __init__(self, user: int) -> None:
        self.port = 0
        self._user = user
        self._logged = False

    def intercept_service(self, continuation: Callable[[Any], Any], handler_call_details: Any) -> Any:
        """The method's handler, preceded by the check."""
        handler = continuation(handler_call_details)
        return None if handler is None else _Checked(handler, self.refuse)

    def refuse(self, context: Any) -> None:
        """Ends the call in `context` with PERMISSION_DENIED if another user makes it."""
        if peer.SUPPORTED and not self._admits(context.peer()):
            context.abort(grpc.StatusCode.PERMISSION_DENIED, "calls are accepted from the user who runs this only")

    def _admits(self, caller: str) -> bool:
        kind, _, address = caller.partition(":")
        host, _, port = address.rpartition(":")
        if (kind, host) != ("ipv4", "127.0.0.1") or not _PORT.fullmatch(port) or int(port) > 65535:
            return False
        try:
            found = peer.owner(self.port, int(port))
        except OSError as error:
            self._log_once(f"a caller cannot be identified, so its calls are refused: {error}")
            return False
        if found is not None and found != self._user:
            self._log_once(f"refused a call of another user of this machine (user id {found})")
        return found == self._user

    def _log_once(self, message: str) -> None:
        """Logs the first refusal only, so that another user cannot fill a log."""
        if not self._logged:
            self._logged = True
            _log.warning("%s", message)


class _Checked:
    """A method's handler that checks the caller before it decodes the message."""

    def __init__(self, handler: Any, refuse: Callable[[Any], None]) -> None:
        self.request_streaming = handler.request_streaming
        self.response_streaming = handler.response_streaming
        self.request_deserializer = None
        self.response_serializer = handler.response_serializer
        self.unary_unary = self._guarded(handler, handler.unary_unary, refuse)
        self.unary_stream = self._guarded(handler, handler.unary_stream, refuse)
        self.stream_unary = self._guarded(handler, handler.stream_unary, refuse)
        self.stream_stream = self._guarded(handler, handler.stream_stream, refuse)

    @staticmethod
    def _guarded(handler: Any, work: Callable[[Any, Any], Any] | None, refuse: Callable[[Any], None]) -> Any:
        if work is None:
            return None
        decode = handler.request_deserializer or (lambda content: content)

        def decoded(request: Any) -> Any:
            return _each(decode, request) if handler.request_streaming else decode(request)

        def guarded(request: Any, context: Any) -> Any:
            refuse(context)
            return work(decoded(request), context)

        return guarded


def _each(decode: Callable[[bytes], Any], requests: Iterator[bytes]) -> Iterator[Any]:
    return (decode(one) for one in requests)


def serve(register: Callable[[Any], None], *, workers: int, name: str = "", user: int | None = None) -> tuple[Any, int]:
    """A gRPC server with the services that `register` adds to it, and its port of 127.0.0.1; not started yet.

    It accepts calls of the user with the id `user`, by default the user of this process.
    """
    admission = Admission(os.geteuid() if user is None else user)
    interceptors: list[Any] = [admission]
    server = grpc.server(
        futures.ThreadPoolExecutor(max_workers=workers, thread_name_prefix=name),
        interceptors=interceptors,
        options=_OPTIONS,
    )
    register(server)
    admission.port = server.add_insecure_port("127.0.0.1:0")
    return server, admission.port
