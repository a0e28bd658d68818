"""The process on a worker that does one unit of work: `python -m bluelamp.distributed.child`.

It reads a pickled `Task` from its standard input and writes the pickled answer to its standard output. The input stays
open as long as the worker lives: at its end this process is interrupted as by Ctrl-C, and an engine ends in an orderly
way.
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
    """Does the one task that the standard input has."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a worker in the background of a shell ignores it
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what the work prints is no answer
    task: Task = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the worker that started this process
    threading.Thread(target=_end_with_the_worker, daemon=True).start()
    try:
        answer = _answer(task)
    except KeyboardInterrupt:
        answer = (True, Interrupted("it was interrupted"))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        text = pickle.dumps(answer)
    except (pickle.PicklingError, TypeError, AttributeError):
        text = pickle.dumps((False, RuntimeError(format_exc())))
    answers.write(text)
    answers.close()
    os._exit(0)


def _answer(task: Task) -> tuple[bool, Any]:
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
