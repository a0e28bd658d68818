"""What a check of settings is given and what it gives: a force among the others, and a mistake at a path."""

from pathlib import Path
from typing import NamedTuple

from bluelamp.core.source import Steps
from bluelamp.infra.settings.register import Entry, Register


class Context(NamedTuple):
    """A force among the others: its row in the register, the register, and the project's folder."""

    entry: Entry
    register: Register
    root: Path


class Finding(NamedTuple):
    """A mistake at `steps`, a path in the settings without `bluelamp:`."""

    steps: Steps
    message: str
    found: str = ""
    allowed: str = ""
    next_step: str = ""
