"""The environment of a stack."""

from contextlib import suppress
from pathlib import Path

from bluelamp.core.environments import PROD, split
from bluelamp.core.problems import SettingsError
from bluelamp.infra.settings.raw import dig
from bluelamp.infra.settings.register import read_register
from bluelamp.infra.settings.stack_file import stack_source


def environment_of(root: Path, stack: str) -> str:
    """The environment of a stack: the suffix of its name, or else its setting, or else `prod`."""
    with suppress(SettingsError):
        register = read_register(root)
        if register.knows(stack):
            entry = register.entry(stack)
            if entry.environment:
                return entry.environment
            written = dig(stack_source(entry, root).values, "config", "bluelamp:environment")
            return written if isinstance(written, str) else PROD
    return split(stack)[1] or PROD
