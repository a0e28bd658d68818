"""Tracking of unsettled outputs only.

The SDK lists every output until it is settled, with a callback from the event loop for each (`Output._track` in
pulumi/output.py).
"""

from typing import Any, Final

from pulumi.output import Output
from pulumi.runtime.settings import SETTINGS

_TRACK: Final = Output._track


def track(output: Any) -> None:
    """As the SDK's, except that an output settled without an error is not tracked."""
    data = output._data
    if not data.done() or data.cancelled() or data.exception() is not None:
        _TRACK(output)


def untrack(output: Any) -> None:
    """As the SDK's, but reads the output's data outside the lock, which the first read needs."""
    data = output._data
    with SETTINGS.lock:
        SETTINGS.outputs.discard(data)
