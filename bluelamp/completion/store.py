"""The cache of completion: small JSON files in the cache folder."""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from bluelamp.folders import cache

_SOURCES: Final = ("bluelamp/cli", "policies", "infra")
_ROOT: Final = Path(__file__).resolve().parents[2]


def signature() -> str:
    """A digest of the sources of the index."""
    digest = hashlib.sha256()
    for folder in _SOURCES:
        for place, _, files in os.walk(_ROOT / folder):
            for name in sorted(files):
                if name.endswith((".py", ".yaml")):
                    with suppress(OSError):
                        found = os.stat(os.path.join(place, name))  # noqa: PTH116, PTH118 - 300 files, at each key
                        digest.update(f"{name} {found.st_mtime_ns} {found.st_size}\n".encode())
    return digest.hexdigest()


def index_file() -> Path:
    """The index file of this installation."""
    return _folder() / f"index-{_short(str(_ROOT))}.json"


def read(path: Path) -> dict[str, Any]:
    """The content of a file; empty if it is missing or unreadable."""
    with suppress(OSError, ValueError):
        found = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(found, dict):
            return found
    return {}


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Writes a file atomically. An unwritable folder is ignored, as completion is optional."""
    from bluelamp.core.files import replace

    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        replace(path, json.dumps(content).encode())


def resources_file(root: Path, force: str) -> Path:
    """The file with the names of a force's resources."""
    return _folder() / _short(str(root.resolve())) / f"{force}.json"


def keep_resources(root: Path, force: str, resources: Iterable[tuple[str, Iterable[str]]]) -> None:
    """Caches the names of a force's resources and of their properties for completion."""
    write(resources_file(root, force), {name: sorted(properties) for name, properties in resources})


def _folder() -> Path:
    return cache() / "completion"


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
