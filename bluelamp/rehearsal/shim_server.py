"""Intercepts the engine commands of a script: the `pulumi` on its PATH is a shim that connects to a private socket."""

import json
import os
import shlex
import shutil
import socketserver
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bluelamp.core.problems import SettingsError
from bluelamp.errors import BluelampError, Status
from bluelamp.rehearsal import isolation
from bluelamp.rehearsal.calls import Calls

_SHIM: Final = Path(__file__).with_name("pulumi_shim.py")


class ShimServer:
    """Serves the shim of a script; a context manager.

    `engine` is the engine's binary. `folder` contains the shim and the socket and is private to this user.
    """

    def __init__(self, calls: Calls, engine: Path) -> None:
        # Not below the project, as the path of a socket is limited to about 100 characters.
        self.folder = Path(tempfile.mkdtemp(prefix="bluelamp-"))
        address = str(self.folder / "socket")

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                _answer(self, calls, engine)

        self._server = _Server(address, Handler)
        words = [sys.executable, "-I", "-S", str(_SHIM), address]
        shim = self.folder / "pulumi"
        shim.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n', encoding="utf-8")
        shim.chmod(0o700)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def environment(self, environment: Mapping[str, str]) -> dict[str, str]:
        """The environment of a script: the shim is first on its PATH, and cloud CLIs find no login."""
        closed = isolation.no_credentials(self.folder, tools=True)
        return {**environment, **closed, "PATH": f"{self.folder}{os.pathsep}{environment.get('PATH', '')}"}

    def __enter__(self) -> "ShimServer":
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        shutil.rmtree(self.folder, ignore_errors=True)


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


def _answer(request: Any, calls: Calls, engine: Path) -> None:
    """Serves one call: sends the commands to run, one by one, then the exit status."""

    def reply(
        status: int, message: str = "", run: Sequence[str] = (), environment: Mapping[str, str] | None = None
    ) -> None:
        content = {"status": status, "message": message, "run": list(run), "environment": dict(environment or {})}
        request.wfile.write(json.dumps(content).encode() + b"\n")

    def execute(words: Sequence[str], environment: Mapping[str, str]) -> int:
        reply(0, "", [str(engine), *words], environment)
        ended = _read(request)
        # A killed shim sends no status.
        return int(ended["status"]) if ended else int(Status.FAILED)

    try:
        call = _read(request)
        if call is not None:
            reply(calls.run(call["arguments"], Path(call["folder"]), call["environment"], execute))
    except BluelampError as error:
        step = f"  next: {error.next_step}\n" if error.next_step else ""
        reply(int(error.status), f"error: {error.message}\n{step}")
    except SettingsError as error:
        reply(int(Status.WRONG_USE), "".join(f"error: {problem}\n" for problem in error.problems))


def _read(request: Any) -> dict[str, Any] | None:
    line = request.rfile.readline()
    message: dict[str, Any] | None = json.loads(line) if line else None
    return message
