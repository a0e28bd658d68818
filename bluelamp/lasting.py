"""Making much that lasts: for commands that read, plan, judge, tell, and end."""

import atexit
import gc
from typing import Final

_SELDOM: Final = (700_000, 2, 5)


def collect_seldom() -> None:
    """From here on, look for circles of things that nobody holds after 700,000 new ones, not after 700.

    The SDK's hundred thousands of types and futures last; to look through them again and again takes longer than to
    plan a force. One force makes fewer than 700,000. Planning one force after the other, a process still stays at half
    a gigabyte. At the end of the process nothing is looked for.
    """
    gc.set_threshold(*_SELDOM)
    atexit.register(gc.freeze)
