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

_PLAIN: Final = re.compile(r"(?:[a-z0-9-]+/)?[a-z0-9.-]+")
_BEGUN: Final = re.compile(rb'\{\n "content": "[0-9a-f]{64}",\n "files": \{')


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
    """The manifest of `files`, all below `folder`: their hashes, and what ties them to the report before.

    `subject` names the forces. `previous` is the manifest of the report before; it counts where it is on the same
    subject and not of a later time. `part_of` has the forces and the time of the report on several that this one is a
    part of. Raises OSError where a file cannot be read.
    """
    from bluelamp.reports.manifest import Manifest

    said: dict[str, Any] = {
        "format": FORMAT,
        "subject": sorted(subject),
        "written": time_of(written),
        "files": {path.relative_to(folder).as_posix(): hashed(path.read_bytes()) for path in sorted(files)},
        "previous": _link(previous, subject, time_of(written)),
        "signer": _signer(key),
        "partOf": {"subject": sorted(part_of[0]), "written": time_of(part_of[1])} if part_of else None,
    }
    sealed = {**said, "content": content_hash(said)}
    Manifest.model_validate(sealed)
    return readable(sealed)


def hashed(content: bytes) -> dict[str, Any]:
    """A manifest's entry of a file."""
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def listed(content: bytes) -> list[str] | None:
    """The names that a manifest lists, even one that was changed or is of another version.

    None where it is no manifest; no names where it is one that was cut short.
    """
    with suppress(ValueError, RecursionError):
        said = json.loads(content)
        if not isinstance(said, dict) or not str(said.get("format")).startswith("bluelamp-manifest/"):
            return None
        names = said.get("files")
        return [name for name in names if _PLAIN.fullmatch(name)] if isinstance(names, dict) else []
    return [] if not content or _BEGUN.match(content) else None


def _link(previous: bytes | None, subject: Sequence[str], written: str) -> dict[str, Any] | None:
    from bluelamp.reports.manifest import read

    said = read(previous) if previous is not None else None
    if previous is None or said is None or list(said.subject) != sorted(subject) or said.written > written:
        return None
    return {"sha256": hashlib.sha256(previous).hexdigest(), "written": said.written}


def _signer(key: "Ed25519PrivateKey | None") -> dict[str, str] | None:
    from bluelamp.reports.keys import fingerprint, pem_of

    if key is None:
        return None
    public = key.public_key()
    return {"algorithm": "Ed25519", "fingerprint": fingerprint(public), "publicKey": pem_of(public)}
