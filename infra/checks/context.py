"""What a check of settings is given: a force among the others."""

from pathlib import Path
from typing import NamedTuple

from bluelamp.infra.settings.register import Entry, Register


class Context(NamedTuple):
    """A force among the others: its row in the register, the register, and the project's folder."""

    entry: Entry
    register: Register
    root: Path
