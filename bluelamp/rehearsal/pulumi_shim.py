"""The `pulumi` on the PATH of a rehearsal's script: sends its arguments to the shim server and runs what it answers.

Usage: `python -I -S pulumi_shim.py SOCKET ARGUMENTS...`. It imports nothing of Bluelamp, to start within about ten
milliseconds.
"""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any


def main() -> int:
    """Runs the command; returns its exit status."""
    address, *arguments = sys.argv[1:]
    with socket.socket(socket.AF_UNIX) as line, line.makefile("rwb") as stream:
        line.connect(address)
        environment = dict(os.environ)
        answer = _ask(stream, {"arguments": arguments, "folder": str(Path.cwd()), "environment": environment})
        while answer["run"]:
            # The engine receives the interrupt too; wait for it to exit.
            before = signal.signal(signal.SIGINT, lambda *_: None)
            status = subprocess.call(answer["run"], env=answer["environment"])
            signal.signal(signal.SIGINT, before)
            answer = _ask(stream, {"status": status})
        status = int(answer["status"])
        return status if status >= 0 else 128 - status


def _ask(stream: Any, request: dict[str, Any]) -> dict[str, Any]:
    """The server's answer to `request`; writes its message to standard error."""
    stream.write(json.dumps(request).encode("utf-8", "surrogateescape") + b"\n")
    stream.flush()
    line = stream.readline()
    if not line:
        sys.stderr.write("error: the rehearsal has ended\n")
        raise SystemExit(1)
    answer: dict[str, Any] = json.loads(line)
    sys.stderr.write(answer["message"])
    sys.stderr.flush()
    return answer


if __name__ == "__main__":
    sys.exit(main())
