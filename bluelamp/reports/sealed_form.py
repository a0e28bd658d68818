"""The names, the sizes and the hash that a report's manifest has, for whoever writes or reads one."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from bluelamp.reports.canonical import canonical

FORMAT: Final = "bluelamp-manifest/2"
EARLIER: Final = "bluelamp-manifest/1"
"""The format of reports before several forces had one manifest for all of it."""
MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
"""The 64 bytes of the Ed25519 signature over the manifest's bytes."""
INDEX: Final = "index.html"
"""The page that compares several forces, in the folder above theirs."""
MAX_BYTES: Final = 4 << 20
"""The size of a manifest, at most; 48 forces in every format need less than a tenth of it."""
MAX_FILE: Final = 1 << 30
"""The size of a report's file, at most."""


def content_hash(said: Mapping[str, Any]) -> str:
    """SHA-256, in hex, over the manifest as canonical JSON, without this hash itself."""
    return hashlib.sha256(canonical({key: each for key, each in said.items() if key != "content"})).hexdigest()
