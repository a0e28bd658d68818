"""Telling a secret that stands in the open, by its name or by its own look."""

import re
from typing import Final

_NAME: Final = re.compile(
    r"passw(or)?d|passphrase|secret|token|api_?key|access_?key|private_?key|account_?key|credential|connection_?string"
)
_NOT_THE_SECRET: Final = re.compile(r"[_.-](file|path|dir|name|url|uri|endpoint|enabled|expiry|ttl|id)$")
_VALUE: Final = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY|(AccountKey|SharedAccessKey|Password|Pwd)=[^;\s]+")


def looks_secret(name: str, value: str) -> bool:
    """Whether `value`, kept under `name`, is a secret: a password by its name, or a key by what it says."""
    folded = name.lower()
    named = bool(_NAME.search(folded)) and not _NOT_THE_SECRET.search(folded)
    return named or bool(_VALUE.search(value))
