"""Process settings that speed up a Pulumi program of many resources."""

import atexit
import gc

from bluelamp.infra.program.waiting import wait_once
from bluelamp.infra.quick_sdk import quicken_sdk
from bluelamp.infra.sdk_debug import drop_debug_messages


def prepare_process() -> None:
    """Applies to the rest of a process that runs one program in the engine and ends.

    It makes no debug messages, uses the quick parts of the SDK and waits for each output once.
    """
    # The process runs for seconds and its objects live until it ends: garbage collection would take longer than the
    # rest, also at exit.
    gc.disable()
    atexit.register(gc.freeze)
    drop_debug_messages()
    quicken_sdk()
    wait_once()
