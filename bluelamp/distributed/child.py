"""The process on a worker for one unit of work: `python -m bluelamp.distributed.child`.

It reads a pickled `Task` from standard input and writes the pickled result to standard output. Standard input stays
open as long as the worker lives; when it closes, this process is interrupted as by Ctrl-C, so that an engine stops
gracefully.
"""

import os
import pickle
import signal
import sys
import threading
from traceback import format_exc
from typing import Any

from bluelamp.distributed.identity import identity
from bluelamp.distributed.jobs import Interrupted, Refused, Task


def main() -> None:
    """Runs the task on standard input."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in a background process of a shell
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # keeps the work's own output out of the result
    task: Task = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the worker that started this process
    threading.Thread(target=_end_with_the_worker, daemon=True).start()
    try:
        result = _run(task)
    except KeyboardInterrupt:
        result = (True, Interrupted("it was interrupted"))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        content = pickle.dumps(result)
    except (pickle.PicklingError, TypeError, AttributeError):
        content = pickle.dumps((False, RuntimeError(format_exc())))
    output.write(content)
    output.close()
    os._exit(0)


def _run(task: Task) -> tuple[bool, Any]:
    from bluelamp.core import current
    from bluelamp.folders import project

    try:
        root = project()
        current.use(root)
        if task.like is not None:
            found = task.like.differences(identity(root, task.job.force), same_folder=task.same_folder)
            if found:
                return True, Refused(tuple(found))
        return True, task.job.run(root)
    except Exception as error:
        error.add_note(format_exc())
        return False, error


def _end_with_the_worker() -> None:
    sys.stdin.buffer.read(1)
    os.kill(os.getpid(), signal.SIGINT)


if __name__ == "__main__":
    main()
