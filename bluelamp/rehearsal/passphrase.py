"""The passphrase of a rehearsal: the engine encrypts the state's secrets with it, and the store its own."""

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
    """What `environment` sets, as the engine reads it, else the rehearsals' own.

    The default keeps secrets out of copies, backups and searches; the folder's permissions keep other users out.
    Raises `RehearsalError` where the file that is named cannot be read.
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
    """What the engine's environment needs besides `environment`: the rehearsals' own passphrase, where it sets none."""
    return {} if NAME in environment or environment.get(FILE) else {NAME: _DEFAULT}
