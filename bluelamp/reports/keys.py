"""Signing keys of reports: Ed25519, in PEM files that OpenSSL can read."""

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bluelamp.core.files import PRIVATE_FILE, create, read
from bluelamp.errors import UsageError, unwritable

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PASSPHRASE: Final = "BLUELAMP_SIGNING_PASSPHRASE"  # noqa: S105 - the name of a variable
"""The environment variable with a key's passphrase, or, with the suffix `_FILE`, the path of a file that has it."""
_MAX_BYTES: Final = 100_000
"""The maximum size, in bytes, of a file with a key or a passphrase."""
_ANOTHER: Final = "name another file"
_CREATE: Final = "`bluelamp key FILE` makes one"


def private_key(path: Path) -> "Ed25519PrivateKey":
    """The key in the PEM file (PKCS 8) at `path`. Raises `UsageError` if there is no usable key."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    pem, passphrase = _read(path), _passphrase()
    try:
        key = load_pem_private_key(pem, passphrase if b"ENCRYPTED" in pem else None)
    except TypeError:
        step = f"set {PASSPHRASE} or {PASSPHRASE}_FILE"
        raise UsageError(f"{path}: the key has a passphrase", next_step=step) from None
    except ValueError:
        if b"ENCRYPTED" in pem:
            raise UsageError(f"{path}: the passphrase does not open it", next_step=f"check {PASSPHRASE}") from None
        raise UsageError(f"{path} is not a private key in PEM format", next_step=_CREATE) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(f"{path} is a key of another kind than Ed25519", next_step=_CREATE)
    return key


def public_key(path: Path) -> "Ed25519PublicKey":
    """The public key in the PEM file at `path`. Raises `UsageError` if there is no usable key."""
    return public_key_of(_read(path), str(path))


def public_key_of(pem: bytes, what: str) -> "Ed25519PublicKey":
    """The public key in `pem`. Raises `UsageError`, naming it `what`, if it is not an Ed25519 public key."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    if b"PRIVATE KEY" in pem:
        raise UsageError(f"{what} is a private key", next_step="give the public one, and keep this one to yourself")
    key = None
    with suppress(ValueError, UnsupportedAlgorithm):
        key = load_pem_public_key(pem)
    if not isinstance(key, Ed25519PublicKey):
        raise UsageError(f"{what} is not an Ed25519 public key in PEM format", next_step=_CREATE)
    return key


def pem_of(key: "Ed25519PublicKey") -> str:
    """A public key as PEM."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def fingerprint(key: "Ed25519PublicKey") -> str:
    """SHA-256, in hex, over the public key's DER, as `openssl pkey -pubin -outform DER | sha256sum` gives it."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def make_key(path: Path) -> tuple[Path, str]:
    """Creates a private key at `path`, readable by its owner only, and its public key beside it, each atomically.

    The private key is encrypted if a passphrase is set. If only the private key exists, as after a killed run, its
    public key is created. Returns the public key's path and fingerprint. Raises `UsageError` if a file exists already,
    `BluelampError` if the key cannot be written.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    if path.name in ("", ".."):
        raise UsageError(f"{path} is not the name of a file", next_step=_ANOTHER)
    public = path.with_suffix(".pub" + (path.suffix or ".pem"))
    passphrase = _passphrase()
    encryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    key = _without_public(path, public) or Ed25519PrivateKey.generate()
    try:
        if not os.path.lexists(path):
            create(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption), mode=PRIVATE_FILE)
        create(public, pem_of(key.public_key()))
    except FileExistsError as error:
        named = Path(error.filename2 or error.filename)
        what = "already exists" if named in (path, public) else "is a file where a folder is expected"
        raise UsageError(f"{named} {what}", next_step=_ANOTHER) from None
    except OSError as error:
        raise unwritable(error.filename or path, error, _ANOTHER, what="the key cannot be written") from None
    return public, fingerprint(key.public_key())


def _without_public(path: Path, public: Path) -> "Ed25519PrivateKey | None":
    """The private key at `path` if its public key's file is missing; None if both are missing."""
    if os.path.lexists(public):
        raise UsageError(f"{path if os.path.lexists(path) else public} already exists", next_step=_ANOTHER)
    if not os.path.lexists(path):
        return None
    try:
        return private_key(path)
    except UsageError as error:
        problem = f"{path} already exists, and its public key cannot be derived: {error.message}"
        raise UsageError(problem, next_step=_ANOTHER) from None


def _read(path: Path) -> bytes:
    try:
        return read(path, _MAX_BYTES)
    except OSError as error:
        raise UsageError(f"{path}: the key cannot be read: {error.strerror}", next_step=_CREATE) from None


def _passphrase() -> bytes | None:
    file = os.environ.get(f"{PASSPHRASE}_FILE")
    if not file:
        return os.environ.get(PASSPHRASE, "").encode() or None
    try:
        return read(Path(file), _MAX_BYTES).strip() or None
    except OSError as error:
        raise UsageError(f"{PASSPHRASE}_FILE: {file} cannot be read: {error.strerror}") from None
