"""Names in messages."""

from collections.abc import Iterable
from itertools import islice
from typing import Final

from bluelamp.core.source import show

_MOST: Final = 9


def listed(names: Iterable[str]) -> str:
    """The first nine names, for a message."""
    return ", ".join(show(each, quote=False) for each in islice(names, _MOST))
