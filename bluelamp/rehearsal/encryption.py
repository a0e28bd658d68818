"""Encryption of secrets in the rehearsal cloud's store: AES-256-GCM with a key derived from a passphrase (scrypt)."""

import base64
import binascii
import hashlib
import os
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES: Final = 12
_CONTEXT: Final = b"bluelamp rehearsal store 1"
_PROOF: Final = "bluelamp"


class WrongKeyError(ValueError):
    """The text was encrypted with another key, or was modified."""


class Encryptor:
    """Encrypts and decrypts texts with the key derived from `passphrase` and `salt`; derived keys are cached."""

    def __init__(self, passphrase: str, salt: bytes) -> None:
        self._cipher = _cipher(passphrase, salt)

    def encrypt(self, text: str) -> str:
        """`text` encrypted with a random nonce, in base64."""
        nonce = os.urandom(_NONCE_BYTES)
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, text.encode(), _CONTEXT)).decode()

    def decrypt(self, ciphertext: str) -> str:
        """The decrypted text. Raises `WrongKeyError`."""
        try:
            content = base64.b64decode(ciphertext, validate=True)
            return self._cipher.decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], _CONTEXT).decode()
        except (InvalidTag, ValueError, binascii.Error) as error:
            raise WrongKeyError("it was encrypted with another passphrase, or was modified") from error

    def proof(self) -> str:
        """A ciphertext by which `proves` recognises the key."""
        return self.encrypt(_PROOF)

    def proves(self, proof: str) -> bool:
        """Whether `proof` was encrypted with this key."""
        try:
            return self.decrypt(proof) == _PROOF
        except WrongKeyError:
            return False


@lru_cache
def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    # 2^14 rounds over 16 MB take about 50 ms.
    return AESGCM(hashlib.scrypt(passphrase.encode(), salt=salt, n=2**14, r=8, p=1, dklen=32))
