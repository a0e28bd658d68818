"""Suppresses debug messages of the SDK unless they are requested.

The SDK sends each of them to the engine and waits for the answer, also where the engine drops it: about ten for a
resource, one for each of its outputs (`log.debug` in pulumi/log.py, SDK 3.272).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from pulumi import log

ASKED: Final = "BLUELAMP_SDK_DEBUG"
"""The environment variable that keeps the messages, for `pulumi up --debug`."""


def drop_debug_messages() -> None:
    """Drops the debug messages of this program's SDK, unless `BLUELAMP_SDK_DEBUG` is set. Other levels stay."""
    if not os.environ.get(ASKED):
        log.debug = _drop


@contextmanager
def without_debug_messages() -> Iterator[None]:
    """Suppresses the SDK's debug messages within the context."""
    before = log.debug
    log.debug = _drop
    try:
        yield
    finally:
        log.debug = before


def _drop(*_: object, **__: object) -> None:
    """Drops a message."""
