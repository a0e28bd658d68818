"""Outputs that have their value already are not waited for.

The SDK keeps a list of every output until it is settled, and hears of each through the event loop (`Output._track` in
pulumi/output.py).
"""

from typing import Any, Final

from pulumi.output import Output
from pulumi.runtime.settings import SETTINGS

_TRACK: Final = Output._track


def track(output: Any) -> None:
    """As the SDK's, which has nothing to do for an output that is settled without an error."""
    data = output._data
    if not data.done() or data.cancelled() or data.exception() is not None:
        _TRACK(output)


def untrack(output: Any) -> None:
    """As the SDK's, which reads the output's data under the lock that reading it for the first time needs."""
    data = output._data
    with SETTINGS.lock:
        SETTINGS.outputs.discard(data)
