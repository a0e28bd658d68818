"""Encryption of the secrets in the rehearsal cloud's store: AES-256-GCM under a key from a passphrase (scrypt)."""

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
    """A text that this key did not encrypt, or that was changed since."""


class Sealer:
    """Encrypts and decrypts texts under the key that `passphrase` and `salt` give; a process derives each key once."""

    def __init__(self, passphrase: str, salt: bytes) -> None:
        self._cipher = _cipher(passphrase, salt)

    def seal(self, text: str) -> str:
        """`text`, encrypted, in base64; another each time."""
        nonce = os.urandom(_NONCE_BYTES)
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, text.encode(), _CONTEXT)).decode()

    def open(self, sealed: str) -> str:
        """The decrypted text. Raises `WrongKeyError`."""
        try:
            content = base64.b64decode(sealed, validate=True)
            return self._cipher.decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], _CONTEXT).decode()
        except (InvalidTag, ValueError, binascii.Error) as error:
            raise WrongKeyError("it was not encrypted with this passphrase, or was changed since") from error

    def proof(self) -> str:
        """A text by which the key can be recognised; see `proves`."""
        return self.seal(_PROOF)

    def proves(self, proof: str) -> bool:
        """Whether this key made `proof`."""
        try:
            return self.open(proof) == _PROOF
        except WrongKeyError:
            return False


@lru_cache
def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    # 2^14 rounds over 16 MB take about 50 ms.
    return AESGCM(hashlib.scrypt(passphrase.encode(), salt=salt, n=2**14, r=8, p=1, dklen=32))
