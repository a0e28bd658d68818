"""Replaces secrets in settings, as a rehearsal needs none."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final

_OWN: Final = "bluelamp:"
_WORDS: Final = re.compile(
    r"password|passwd|passphrase|passcode|secret|token|credential|kubeconfig|(?:private|access|account|api|shared|"
    r"storage|ssh|client|signing|encryption)[_-]?key|connection[_-]?string|certificate[_-]?password|\bsas\b|\bpat\b",
    re.IGNORECASE,
)


def names_secret(key: str) -> bool:
    """Whether a setting of this name holds a secret: `azure-native:clientSecret`, `dbPassword`."""
    return _WORDS.search(key.rpartition(":")[2]) is not None


def concealed(key: str, value: Any) -> Any:
    """The value of the setting `key` with placeholders for secrets.

    That is what is encrypted, and a provider's or a program's own setting whose name says so. Bluelamp's own settings
    are never secret.
    """
    if isinstance(value, Mapping) and set(value) == {"secure"}:
        # The same value has the same placeholder, so that nothing changes from run to run.
        return "rehearsed-" + hashlib.sha256(str(value["secure"]).encode()).hexdigest()[:8]
    if not key.startswith(_OWN) and names_secret(key) and value not in (None, "") and not isinstance(value, bool):
        return "rehearsed-" + hashlib.sha256(key.encode()).hexdigest()[:8]
    if isinstance(value, Mapping):
        return {name: concealed(key if key.startswith(_OWN) else str(name), item) for name, item in value.items()}
    if isinstance(value, list):
        return [concealed(key, item) for item in value]
    return value
