"""Replaces the secrets in stack settings with placeholders."""

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
    """Whether a setting of this name contains a secret: `azure-native:clientSecret`, `dbPassword`."""
    return _WORDS.search(key.rpartition(":")[2]) is not None


def placeholder(text: str) -> str:
    """A placeholder for a secret. It depends on `text` only, so it does not change between runs."""
    return "rehearsed-" + hashlib.sha256(text.encode()).hexdigest()[:8]


def with_placeholders(key: str, value: Any) -> Any:
    """The value of the setting `key` with placeholders for secrets.

    Secrets are encrypted values, and settings of providers and programs whose names match (`names_secret`). Bluelamp's
    own settings contain no other secrets.
    """
    if isinstance(value, Mapping) and set(value) == {"secure"}:
        return placeholder(str(value["secure"]))
    if not key.startswith(_OWN) and names_secret(key) and value not in (None, "") and not isinstance(value, bool):
        return placeholder(key)
    if isinstance(value, Mapping):
        return {
            name: with_placeholders(key if key.startswith(_OWN) else str(name), item) for name, item in value.items()
        }
    if isinstance(value, list):
        return [with_placeholders(key, item) for item in value]
    return value
