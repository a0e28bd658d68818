"""Signatures of statements: Ed25519 over the bytes of the file, in a file of JSON that holds the public key."""

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
"""The size of a signature's file, at most."""
_PREFIX: Final = f"{FORMAT}\n".encode()
"""What is signed begins with this, so that no signature of anything else, such as a report's, counts here."""


class Signature(BaseModel):
    """What stands in a signature's file; `signature` is 64 bytes in Base64."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    format: Literal["bluelamp-statement/1"]
    algorithm: Literal["Ed25519"]
    public_key: Annotated[str, StringConstraints(max_length=1000), Field(alias="publicKey")]
    signature: Annotated[str, StringConstraints(pattern="^[A-Za-z0-9+/]{86}==$")]


def signed(content: bytes, key: "Ed25519PrivateKey") -> str:
    """The signature's file for a statement of these bytes."""
    from bluelamp.reports.keys import pem_of

    signature = base64.b64encode(key.sign(_PREFIX + content)).decode()
    return readable(
        {"format": FORMAT, "algorithm": "Ed25519", "publicKey": pem_of(key.public_key()), "signature": signature}
    )


def signer_of(content: bytes, signature: bytes) -> str | None:
    """The fingerprint of the key that signed the statement of the bytes `content`.

    None where `signature` is none of these bytes: either file was changed.
    """
    from cryptography.exceptions import InvalidSignature

    from bluelamp.reports.keys import fingerprint, public_key_of

    with suppress(ValueError, RecursionError, ValidationError, UsageError, InvalidSignature):
        said = Signature.model_validate(json.loads(signature.decode()))
        key = public_key_of(said.public_key.encode(), "the key")
        key.verify(base64.b64decode(said.signature), _PREFIX + content)
        return fingerprint(key)
    return None
