"""The context of a check of settings."""

from pathlib import Path
from typing import NamedTuple

from bluelamp.infra.settings.register import Entry, Register


class Context(NamedTuple):
    """The force's row in the register, the register, and the project's folder."""

    entry: Entry
    register: Register
    root: Path
