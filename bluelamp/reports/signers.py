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

    The name is the file's without `.pem` or `.pub.pem`; other files are no keys. Raises `UsageError` where a key cannot
    be used: a private one, one of another kind, or a file that is none.
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
        who = name.removesuffix(_SUFFIX).removesuffix(_PUBLIC)
        found.setdefault(fingerprint(public_key(folder / name)), []).append(who)
    return {key: ", ".join(dict.fromkeys(who)) for key, who in found.items()}
