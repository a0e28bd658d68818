"""Receives the calls of a script: a private socket, and a `pulumi` on the script's PATH that connects to it."""

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
from bluelamp.rehearsal import outside
from bluelamp.rehearsal.calls import Calls

_STAND_IN: Final = Path(__file__).with_name("stand_in.py")


class Desk:
    """Serves the calls of a script until it is closed; use it as a context manager.

    `engine` is the engine's binary. `folder` comes first on the script's PATH: only this user may look into it.
    """

    def __init__(self, calls: Calls, engine: Path) -> None:
        # Not below the project: the path of a socket has at most some 100 characters.
        self.folder = Path(tempfile.mkdtemp(prefix="bluelamp-"))
        address = str(self.folder / "socket")

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                _answer(self, calls, engine)

        self._server = _Server(address, Handler)
        words = [sys.executable, "-I", "-S", str(_STAND_IN), address]
        stand_in = self.folder / "pulumi"
        stand_in.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n', encoding="utf-8")
        stand_in.chmod(0o700)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def environment(self, environment: Mapping[str, str]) -> dict[str, str]:
        """The environment of a script: `pulumi` on its PATH is the stand-in, and its tools find no login."""
        closed = outside.closed(self.folder, tools=True)
        return {**environment, **closed, "PATH": f"{self.folder}{os.pathsep}{environment.get('PATH', '')}"}

    def __enter__(self) -> "Desk":
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        shutil.rmtree(self.folder, ignore_errors=True)


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


def _answer(request: Any, calls: Calls, engine: Path) -> None:
    """Serves one call: sends the command to run and, after it has ended, the next command or the exit status."""

    def reply(
        status: int, said: str = "", run: Sequence[str] = (), environment: Mapping[str, str] | None = None
    ) -> None:
        content = {"status": status, "said": said, "run": list(run), "environment": dict(environment or {})}
        request.wfile.write(json.dumps(content).encode() + b"\n")

    def execute(words: Sequence[str], environment: Mapping[str, str]) -> int:
        reply(0, "", [str(engine), *words], environment)
        ended = _read(request)
        # A killed stand-in sends no status.
        return int(ended["status"]) if ended else int(Status.FAILED)

    try:
        asked = _read(request)
        if asked is not None:
            reply(calls.run(asked["words"], Path(asked["folder"]), asked["environment"], execute))
    except BluelampError as error:
        step = f"  next: {error.next_step}\n" if error.next_step else ""
        reply(int(error.status), f"error: {error.message}\n{step}")
    except SettingsError as error:
        reply(int(Status.WRONG_USE), "".join(f"error: {problem}\n" for problem in error.problems))


def _read(request: Any) -> dict[str, Any] | None:
    line = request.rfile.readline()
    found: dict[str, Any] | None = json.loads(line) if line else None
    return found
