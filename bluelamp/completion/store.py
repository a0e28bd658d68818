"""Where completion keeps what it knows: small JSON files in the cache folder."""

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
    """Changes with the sources that the index is made from."""
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
    """The file of the index of this installation."""
    return _folder() / f"index-{_short(str(_ROOT))}.json"


def read(path: Path) -> dict[str, Any]:
    """What a file holds; nothing where it is not there or cannot be read."""
    with suppress(OSError, ValueError):
        found = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(found, dict):
            return found
    return {}


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Writes a file whole; completion is an aid, so a folder that cannot be written is passed over."""
    from bluelamp.core.files import replace

    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        replace(path, json.dumps(content).encode())


def resources_file(root: Path, force: str) -> Path:
    """The file with the names of a force's resources."""
    return _folder() / _short(str(root.resolve())) / f"{force}.json"


def keep_resources(root: Path, force: str, resources: Iterable[tuple[str, Iterable[str]]]) -> None:
    """Keeps the names of a force's resources, and of each its properties, for completion."""
    write(resources_file(root, force), {name: sorted(properties) for name, properties in resources})


def _folder() -> Path:
    return cache() / "completion"


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
