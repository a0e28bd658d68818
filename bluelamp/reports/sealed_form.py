"""The format, file names, size limits and content hash of a report's manifest."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from bluelamp.reports.canonical import canonical

FORMAT: Final = "bluelamp-manifest/2"
PREVIOUS_FORMAT: Final = "bluelamp-manifest/1"
"""The previous format, which has no manifest for the whole of a report on several forces."""
MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
"""The 64 bytes of the Ed25519 signature over the manifest's bytes."""
INDEX: Final = "index.html"
"""The page that compares several forces, in the parent folder of their reports."""
MAX_BYTES: Final = 4 << 20
"""The maximum size of a manifest, in bytes; 48 forces in every format need less than a tenth of it."""
MAX_FILE: Final = 1 << 30
"""The maximum size of a report's file, in bytes."""


def content_hash(members: Mapping[str, Any]) -> str:
    """SHA-256, in hex, over a manifest's `members` as canonical JSON, without the hash itself."""
    hashed = {name: value for name, value in members.items() if name != "content"}
    return hashlib.sha256(canonical(hashed)).hexdigest()
