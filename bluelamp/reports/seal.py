"""Sealing a report: a manifest of every file's hash, chained to the report before, and signed where there is a key."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bluelamp.reports.canonical import canonical, readable, time_of

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

FORMAT: Final = "bluelamp-manifest/1"
MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
"""The 64 bytes of the Ed25519 signature over the manifest's bytes."""


def manifest(
    folder: Path,
    files: Sequence[Path],
    subject: Sequence[str],
    written: datetime,
    *,
    previous: bytes | None = None,
    key: "Ed25519PrivateKey | None" = None,
) -> str:
    """The manifest of `files`, all below `folder`: their hashes, and what ties them to the report before.

    `subject` names the forces. `previous` is the manifest of the report before; it counts where it is on the same
    subject. Raises OSError where a file cannot be read.
    """
    said: dict[str, Any] = {
        "format": FORMAT,
        "subject": list(subject),
        "written": time_of(written),
        "files": {path.relative_to(folder).as_posix(): hashed(path.read_bytes()) for path in sorted(files)},
        "previous": _link(previous, subject),
        "signer": _signer(key),
    }
    return readable({**said, "content": content_hash(said)})


def hashed(content: bytes) -> dict[str, Any]:
    """What a manifest says of a file."""
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def content_hash(said: Mapping[str, Any]) -> str:
    """SHA-256, in hex, over the manifest as canonical JSON, without this hash itself."""
    return hashlib.sha256(canonical({key: each for key, each in said.items() if key != "content"})).hexdigest()


def read(content: bytes) -> Mapping[str, Any]:
    """A manifest's content; empty where it is none."""
    with suppress(ValueError, RecursionError):
        said = json.loads(content)
        if isinstance(said, dict) and said.get("format") == FORMAT and _whole(said):
            return said
    return {}


def _whole(said: Mapping[str, Any]) -> bool:
    """Whether a manifest has all its members, each of its kind."""
    files, signer, previous = said.get("files"), said.get("signer"), said.get("previous")
    return (
        isinstance(files, dict)
        and all(isinstance(each, dict) and {"sha256", "bytes"} <= each.keys() for each in files.values())
        and isinstance(said.get("subject"), list)
        and (signer is None or (isinstance(signer, dict) and _texts(signer, "publicKey", "fingerprint")))
        and (previous is None or (isinstance(previous, dict) and _texts(previous, "sha256")))
    )


def _texts(said: Mapping[str, Any], *names: str) -> bool:
    return all(isinstance(said.get(name), str) for name in names)


def _link(previous: bytes | None, subject: Sequence[str]) -> dict[str, Any] | None:
    said = read(previous or b"")
    if previous is None or said.get("subject") != list(subject):
        return None
    return {"sha256": hashlib.sha256(previous).hexdigest(), "written": said.get("written")}


def _signer(key: "Ed25519PrivateKey | None") -> dict[str, str] | None:
    from bluelamp.reports.keys import fingerprint, pem_of

    if key is None:
        return None
    public = key.public_key()
    return {"algorithm": "Ed25519", "fingerprint": fingerprint(public), "publicKey": pem_of(public)}
