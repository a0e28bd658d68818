"""The state of a force's rehearsed stack, read without an engine and without opening the cloud."""

import contextlib
from pathlib import Path
from typing import Any

_PROJECT = "bluelamp"


def state_of(root: Path, stack: str) -> dict[str, Any]:
    """The rehearsed stack's state in the form of an export; empty if it is missing or cannot be read."""
    from bluelamp.rehearsal import stack as stacks
    from bluelamp.rehearsal.checkpoint import DamagedStateError
    from bluelamp.rehearsal.space import Space

    with contextlib.suppress(OSError, DamagedStateError):
        return stacks.state_of(Space(root), _PROJECT, stack)
    return {}
