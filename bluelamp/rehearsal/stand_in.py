"""What a script of a rehearsal finds on its PATH as `pulumi`: it has each call prepared before the engine runs it.

It knows nothing of Bluelamp, to start in some ten milliseconds: `python -I -S stand_in.py SOCKET WORDS...`. It asks at
the socket what to run, runs it, and tells how it ended.
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
    """Runs the call, and returns how it ends."""
    address, *words = sys.argv[1:]
    with socket.socket(socket.AF_UNIX) as line, line.makefile("rwb") as stream:
        line.connect(address)
        environment = dict(os.environ)
        answer = _ask(stream, {"words": words, "folder": str(Path.cwd()), "environment": environment})
        sys.stderr.write(answer["said"])
        sys.stderr.flush()
        while answer["run"]:
            # The terminal interrupts the engine too, and it is given the time to end well.
            before = signal.signal(signal.SIGINT, lambda *_: None)
            status = subprocess.call(answer["run"], env=answer["environment"])
            signal.signal(signal.SIGINT, before)
            answer = _ask(stream, {"status": status})
            sys.stderr.write(answer["said"])
            sys.stderr.flush()
        status = int(answer["status"])
        return status if status >= 0 else 128 - status


def _ask(stream: Any, question: dict[str, Any]) -> dict[str, Any]:
    stream.write(json.dumps(question).encode("utf-8", "surrogateescape") + b"\n")
    stream.flush()
    line = stream.readline()
    if not line:
        sys.stderr.write("error: the rehearsal has ended\n")
        raise SystemExit(1)
    answer: dict[str, Any] = json.loads(line)
    return answer


if __name__ == "__main__":
    sys.exit(main())
