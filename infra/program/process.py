"""Process settings that speed up a Pulumi program of many resources."""

import atexit
import gc

from bluelamp.infra.program.waiting import wait_once
from bluelamp.infra.quick_sdk import quicken_sdk
from bluelamp.infra.sdk_debug import drop_debug_messages


def prepare_process() -> None:
    """Prepares a process that runs one program in the engine and then ends.

    Disables debug messages, installs `quick_sdk`, and waits for each output once.
    """
    # All objects live until the process ends after seconds, so garbage collection would only cost time, also at exit.
    gc.disable()
    atexit.register(gc.freeze)
    drop_debug_messages()
    quicken_sdk()
    wait_once()
