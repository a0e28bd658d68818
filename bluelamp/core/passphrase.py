"""The engine's passphrase encryption of secrets in a state: AES-256-GCM under a key made with PBKDF2.

A state names its secrets provider and keeps a salt with an encrypted known text, which reveals a wrong passphrase.
Source: `pkg/secrets/passphrase/manager.go` and `sdk/go/common/resource/config/crypt.go` of pulumi/pulumi 3.259.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

PROVIDER: Final = "passphrase"
_ITERATIONS: Final = 1_000_000
_KEY_BYTES: Final = 32
_VERSION: Final = "v1"
_KNOWN: Final = "pulumi"


def decrypter(state: Mapping[str, Any], passphrase: str) -> Callable[[str], str] | None:
    """The function that decrypts the secrets of `state`, an exported state; None if `passphrase` is wrong.

    Also None if the state's secrets are encrypted in another or an unknown way. The returned function raises ValueError
    if it cannot decrypt a value; its message never contains the value.
    """
    deployment = state.get("deployment")
    providers = deployment.get("secrets_providers") if isinstance(deployment, Mapping) else None
    if not isinstance(providers, Mapping) or providers.get("type") != PROVIDER:
        return None
    kept = providers.get("state")
    salt = kept.get("salt") if isinstance(kept, Mapping) else None
    key = _opening(salt, passphrase) if isinstance(salt, str) else None
    return None if key is None else lambda ciphertext: _decrypted(ciphertext, key)


def opens(salt: str, passphrase: str) -> bool:
    """Whether `salt`, as a state or a stack's settings keep it (`encryptionsalt`), was made with `passphrase`."""
    return _opening(salt, passphrase) is not None


def _opening(salt: str, passphrase: str) -> bytes | None:
    """The key from `salt` and `passphrase`; None if the passphrase is wrong."""
    version, _, rest = salt.partition(":")
    encoded, _, check = rest.partition(":")
    if version != _VERSION:
        return None
    try:
        key = _key(passphrase, _decoded(encoded))
        return key if _decrypted(check, key) == _KNOWN else None
    except ValueError:
        return None


@lru_cache(maxsize=64)
def _key(passphrase: str, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", passphrase.encode(), salt, _ITERATIONS, _KEY_BYTES)


def _decrypted(text: str, key: bytes) -> str:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    parts = text.split(":")  # version, nonce, ciphertext
    if len(parts) != 3 or parts[0] != _VERSION:
        raise ValueError("this is not encrypted with a passphrase")
    try:
        return AESGCM(key).decrypt(_decoded(parts[1]), _decoded(parts[2]), None).decode()
    except InvalidTag:
        raise ValueError("it was encrypted with another key, or is damaged") from None


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("this is not base64") from None
