"""Making much that lasts: for commands that read, judge, tell, and end."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def lasting() -> Iterator[None]:
    """While this holds, no time is spent on looking for things that could be let go of.

    What has been made is then kept until the process ends. Looking through a hundred thousand findings again and again,
    and once more at the end, takes longer than making them.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if enabled:
            gc.enable()
