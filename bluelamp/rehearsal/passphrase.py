"""The passphrase of a rehearsal, which encrypts the secrets in the engine's state and in the store."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from bluelamp.core import files
from bluelamp.errors import RehearsalError

NAME: Final = "PULUMI_CONFIG_PASSPHRASE"
FILE: Final = "PULUMI_CONFIG_PASSPHRASE_FILE"
_DEFAULT: Final = "rehearsal"
_LARGEST: Final = 1_000_000


def passphrase(environment: Mapping[str, str]) -> str:
    """The passphrase that `environment` sets, read as the engine does, else the default one.

    The default keeps secrets in clear text out of copies, backups and searches; the folder's permissions protect them
    from other users. Raises `RehearsalError` if the passphrase file cannot be read.
    """
    if NAME in environment:
        return environment[NAME]
    if not environment.get(FILE):
        return _DEFAULT
    path = Path(environment[FILE])
    try:
        return files.read(path, _LARGEST).decode("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8"
        raise RehearsalError(
            f"the passphrase cannot be read from {path}: {reason}",
            next_step=f"set {FILE} to a readable file, or set {NAME}",
        ) from error


def provided(environment: Mapping[str, str]) -> dict[str, str]:
    """The variable for the default passphrase; empty if `environment` sets a passphrase."""
    return {} if NAME in environment or environment.get(FILE) else {NAME: _DEFAULT}
