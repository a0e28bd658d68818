"""JSON documents in canonical form, with a hash and an Ed25519 signature in a file beside them.

As with reports, the signature is over the file's bytes, and the document names the key.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from bluelamp.core.files import read, replace
from bluelamp.core.text import cut, printable
from bluelamp.errors import UsageError
from bluelamp.reports.canonical import readable
from bluelamp.reports.keys import fingerprint, pem_of, public_key_of
from bluelamp.reports.manifest import Signer
from bluelamp.reports.sealed_form import content_hash

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_SIGNATURE_BYTES: Final = 64
_SUFFIX: Final = ".sig"


class Strict(BaseModel):
    """A part of a document, which rejects unknown members and wrong types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Document(Strict):
    """A document; `signer` is the signing key that it names."""

    signer: Signer
    content: str


D = TypeVar("D", bound=Document)


class UnsealedError(ValueError):
    """A document that was changed after signing, or is not signed; the message gives the reason."""


def signature_of(path: Path) -> Path:
    """The file with the signature of the document at `path`."""
    return path.with_suffix(_SUFFIX)


def seal(document: Mapping[str, Any], path: Path, model: type[Document], key: "Ed25519PrivateKey") -> None:
    """Writes `document`, signed with `key`, and its signature, each atomically. Raises `OSError`."""
    public = key.public_key()
    signer = {"algorithm": "Ed25519", "fingerprint": fingerprint(public), "publicKey": pem_of(public)}
    whole = {**document, "signer": signer}
    whole["content"] = content_hash(whole)
    raw = readable(whole).encode()
    model.model_validate_json(raw)
    # The signature first: after an interruption the document counts as unsigned, never as changed.
    replace(signature_of(path), key.sign(raw))
    replace(path, raw)


def unseal(path: Path, model: type[D], limit: int) -> tuple[D, bytes]:
    """The document at `path`, signed by the key that it names, and its bytes.

    The caller must check the key's owner. Raises `UnsealedError` for a changed or unsigned document.
    """
    from cryptography.exceptions import InvalidSignature

    if path.is_symlink() or signature_of(path).is_symlink():
        raise UnsealedError("is a link where a file was")
    try:
        raw = read(path, limit)
    except FileNotFoundError:
        raise UnsealedError("is missing") from None
    except OSError as error:
        raise UnsealedError(f"cannot be read: {error.strerror}") from None
    content = None
    try:
        content = json.loads(raw)
        found = model.model_validate_json(raw, by_alias=True)
    except (ValueError, RecursionError, ValidationError):
        raise UnsealedError(_misread(content, model)) from None
    if content.get("content") != content_hash(content) or readable(content).encode() != raw:
        raise UnsealedError("was changed: it does not match its hash")
    try:
        key = public_key_of(found.signer.public_key.encode(), "the signer's key")
        key.verify(read(signature_of(path), _SIGNATURE_BYTES), raw)
    except FileNotFoundError:
        raise UnsealedError("is not signed") from None
    except OSError as error:
        raise UnsealedError(f"has a signature that cannot be read: {error.strerror}") from None
    except (UsageError, InvalidSignature):
        raise UnsealedError(f"is not signed by the key that it names, {found.signer.fingerprint}") from None
    if fingerprint(key) != found.signer.fingerprint:
        raise UnsealedError("was changed: the signer's key does not match its fingerprint")
    return found, raw


def _misread(said: Any, model: type[Document]) -> str:
    """Why a document is not one of `model`: it has another format, or was changed."""
    found = said.get("format") if isinstance(said, dict) else None
    read_here = get_args(model.model_fields["format"].annotation)
    kind = read_here[0].partition("/")[0]
    if isinstance(found, str) and found.startswith(f"{kind}/") and found not in read_here:
        return f"has the format {printable(cut(found, 60))}, which this version of Bluelamp does not read"
    return "was changed: its structure is not Bluelamp's"
