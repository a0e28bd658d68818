"""The known signers of reports: public keys in `stacks/signers/`, one PEM file each, named after its holder."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from bluelamp.errors import UsageError
from bluelamp.reports.keys import fingerprint, public_key

FOLDER: Final = Path("stacks") / "signers"
_SUFFIX: Final = ".pem"
_PUBLIC: Final = ".pub"


def known_signers(root: Path) -> Mapping[str, str]:
    """The names of the known signers of the project in `root`, by the fingerprints of their keys.

    The name is the file's without `.pem` or `.pub.pem`; other files are ignored. Raises `UsageError` for a file that is
    not an Ed25519 public key.
    """
    folder = root / FOLDER
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(_SUFFIX) and not name.startswith("."))  # noqa: PTH208
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UsageError(f"{FOLDER}: the known signers cannot be read: {error.strerror}") from None
    found: dict[str, list[str]] = {}
    for name in names:
        holder = name.removesuffix(_SUFFIX).removesuffix(_PUBLIC)
        found.setdefault(fingerprint(public_key(folder / name)), []).append(holder)
    return {key: ", ".join(dict.fromkeys(holder)) for key, holder in found.items()}
