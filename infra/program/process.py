"""What makes a Pulumi program of many resources take less time, apart from what it makes."""

import atexit
import gc

from bluelamp.infra.program.waiting import wait_once
from bluelamp.infra.quick_sdk import quicken_sdk
from bluelamp.infra.sdk_debug import drop_debug_messages


def prepare_process() -> None:
    """For the rest of a process that runs one program in the engine and ends.

    It makes no debug messages, uses the quick parts of the SDK and waits for each output once.
    """
    # The program lives for seconds, and all it makes lasts as long: garbage collection would take longer than the rest,
    # also at the end.
    gc.disable()
    atexit.register(gc.freeze)
    drop_debug_messages()
    quicken_sdk()
    wait_once()
