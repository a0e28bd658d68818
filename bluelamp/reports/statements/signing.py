"""Signatures of statements: Ed25519 over the bytes of the file, in a JSON file with the public key."""

import base64
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from bluelamp.errors import UsageError
from bluelamp.reports.canonical import readable

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

FORMAT: Final = "bluelamp-statement/1"
MAX_BYTES: Final = 10_000
"""The maximum size of a signature file, in bytes."""
_PREFIX: Final = f"{FORMAT}\n".encode()
"""The prefix of the signed bytes, so that signatures of other things, such as reports, are not valid here."""


class Signature(BaseModel):
    """The content of a signature file; `signature` is 64 bytes in Base64."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    format: Literal["bluelamp-statement/1"]
    algorithm: Literal["Ed25519"]
    public_key: Annotated[str, StringConstraints(max_length=1000), Field(alias="publicKey")]
    signature: Annotated[str, StringConstraints(pattern="^[A-Za-z0-9+/]{86}==$")]


def signed(content: bytes, key: "Ed25519PrivateKey") -> str:
    """The signature file for a statement with this content."""
    from bluelamp.reports.keys import pem_of

    signature = base64.b64encode(key.sign(_PREFIX + content)).decode()
    return readable(
        {"format": FORMAT, "algorithm": "Ed25519", "publicKey": pem_of(key.public_key()), "signature": signature}
    )


def signer_of(content: bytes, signature: bytes) -> str | None:
    """The fingerprint of the key that signed the statement `content`.

    None if `signature` does not match `content`: one of the files was changed.
    """
    from cryptography.exceptions import InvalidSignature

    from bluelamp.reports.keys import fingerprint, public_key_of

    with suppress(ValueError, RecursionError, ValidationError, UsageError, InvalidSignature):
        parsed = Signature.model_validate(json.loads(signature.decode()))
        key = public_key_of(parsed.public_key.encode(), "the key")
        key.verify(base64.b64decode(parsed.signature), _PREFIX + content)
        return fingerprint(key)
    return None
