"""Seals a report: a manifest of every file's hash, chained to the previous report, and signed if a key is given."""

import hashlib
import json
import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bluelamp.reports.canonical import readable, time_of
from bluelamp.reports.sealed_form import FORMAT, content_hash

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_FILE_NAME: Final = re.compile(r"(?:[a-z0-9-]+/)?[a-z0-9.-]+")
_TRUNCATED: Final = re.compile(rb'\{\n "content": "[0-9a-f]{64}",\n "files": \{')


def manifest(
    folder: Path,
    files: Sequence[Path],
    subject: Sequence[str],
    written: datetime,
    *,
    previous: bytes | None = None,
    part_of: tuple[Sequence[str], datetime] | None = None,
    key: "Ed25519PrivateKey | None" = None,
) -> str:
    """The manifest of `files`, all below `folder`: their hashes, and the link to the previous report.

    `subject` names the forces. `previous` is the previous report's manifest; it is linked only if it has the same
    subject and no later time. `part_of` has the forces and the time of the report on several forces that contains this
    one. Raises OSError if a file cannot be read.
    """
    from bluelamp.reports.manifest import Manifest

    members: dict[str, Any] = {
        "format": FORMAT,
        "subject": sorted(subject),
        "written": time_of(written),
        "files": {path.relative_to(folder).as_posix(): hashed(path.read_bytes()) for path in sorted(files)},
        "previous": _link(previous, subject, time_of(written)),
        "signer": _signer(key),
        "partOf": {"subject": sorted(part_of[0]), "written": time_of(part_of[1])} if part_of else None,
    }
    sealed = {**members, "content": content_hash(members)}
    Manifest.model_validate(sealed)
    return readable(sealed)


def hashed(content: bytes) -> dict[str, Any]:
    """The manifest entry of a file: its SHA-256 and its size in bytes."""
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def listed(content: bytes) -> list[str] | None:
    """The file names in a manifest, even one that was changed or has another version.

    None if `content` is not a manifest; empty if the manifest is truncated.
    """
    with suppress(ValueError, RecursionError):
        members = json.loads(content)
        if not isinstance(members, dict) or not str(members.get("format")).startswith("bluelamp-manifest/"):
            return None
        names = members.get("files")
        return [name for name in names if _FILE_NAME.fullmatch(name)] if isinstance(names, dict) else []
    return [] if not content or _TRUNCATED.match(content) else None


def _link(previous: bytes | None, subject: Sequence[str], written: str) -> dict[str, Any] | None:
    from bluelamp.reports.manifest import read

    before = read(previous) if previous is not None else None
    if previous is None or before is None or list(before.subject) != sorted(subject) or before.written > written:
        return None
    return {"sha256": hashlib.sha256(previous).hexdigest(), "written": before.written}


def _signer(key: "Ed25519PrivateKey | None") -> dict[str, str] | None:
    from bluelamp.reports.keys import fingerprint, pem_of

    if key is None:
        return None
    public = key.public_key()
    return {"algorithm": "Ed25519", "fingerprint": fingerprint(public), "publicKey": pem_of(public)}
