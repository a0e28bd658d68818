"""Commands that messages name."""

import re
from typing import Final

_CHANGING: Final = re.compile(r"\bbluelamp (preview|up|destroy|drift)\b(?! --rehearse)")


def rehearsed(text: str) -> str:
    """`text` with every command on a real estate replaced by the command on the rehearsal.

    A message about a rehearsal must not name a command that changes a real estate.
    """
    return _CHANGING.sub(r"bluelamp \1 --rehearse", text)
