"""The files of the plan cache: private, written atomically, authenticated, and limited in total size.

They are in the user's cache folder and not in the project, so that a change to a project's files, as in a pull request,
cannot add verdicts. Each file begins with an HMAC of the rest under a random key in the same folder, so damaged or
foreign files are ignored.
"""

import hashlib
import hmac
import json
import os
import secrets
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bluelamp.core import files
from bluelamp.folders import cache

LARGEST: Final = 64_000_000
"""The maximum size of an entry, in bytes."""
MOST: Final = 400_000_000
"""The maximum size of all entries, in bytes; the least recently used are removed first."""
_KEY: Final = 32
_MAC: Final = 32


@dataclass(frozen=True, slots=True)
class Entry:
    """The cached parts by name, and the plan's reads beyond the inputs of its key.

    `reads` has the SHA-256 of each file, by path, and of the names in each folder; `variables` a digest of each
    environment variable's value.
    """

    parts: Mapping[str, bytes] = field(default_factory=dict)
    reads: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)


class Store:
    """The entries in a folder, by default `plans` in the user's cache."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or cache() / "plans"
        self.key = self._key()

    def get(self, name: str) -> Entry | None:
        """The entry of that name; None if it is missing, unreadable or damaged."""
        path = self._path(name)
        try:
            content = files.read(path, LARGEST)
        except OSError:
            return None
        mac, body = content[:_MAC], content[_MAC:]
        if not hmac.compare_digest(mac, self._mac(name, body)):
            with suppress(OSError):
                path.unlink()
            return None
        with suppress(OSError):
            os.utime(path)
        return _unpacked(body)

    def put(self, name: str, entry: Entry) -> None:
        """Writes the entry. Errors are ignored, as plans can be recomputed."""
        body = _packed(entry)
        if len(body) + _MAC > LARGEST:
            return
        with suppress(OSError):
            _private(self._path(name).parent)
            files.replace(self._path(name), self._mac(name, body) + body, mode=files.PRIVATE_FILE)
            self._bound()

    def digest(self, text: str) -> str:
        """A keyed digest of a value, which cannot be found by trying values."""
        return hmac.new(self.key, text.encode(errors="surrogateescape"), hashlib.sha256).hexdigest()

    def _path(self, name: str) -> Path:
        return self.folder / name[:2] / name

    def _mac(self, name: str, body: bytes) -> bytes:
        return hmac.digest(self.key, name.encode() + b"\0" + body, "sha256")

    def _key(self) -> bytes:
        """The key, created if missing; valid for this process only if it cannot be written."""
        path = self.folder / "key"
        with suppress(OSError):
            if self.folder.exists():
                _private(self.folder)
        if self.folder.exists() and not _is_own(self.folder):
            return secrets.token_bytes(_KEY)  # others could read the key, and sign what they like
        for _ in range(2):
            with suppress(OSError):
                found = files.read(path, 1_000)
                if len(found) == _KEY:
                    return found
                path.unlink()
            with suppress(OSError):
                _private(self.folder)
                files.create(path, secrets.token_bytes(_KEY), mode=files.PRIVATE_FILE)
        with suppress(OSError):
            found = files.read(path, 1_000)
            if len(found) == _KEY:
                return found
        return secrets.token_bytes(_KEY)

    def _bound(self) -> None:
        """Removes the least recently used entries above the limit."""
        found = []
        for place in self.folder.iterdir():
            if len(place.name) == 2 and place.is_dir():
                for each in os.scandir(place):
                    with suppress(OSError):
                        state = each.stat(follow_symlinks=False)
                        found.append((state.st_mtime_ns, state.st_size, each.path))
        total = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if total <= MOST:
                return
            with suppress(OSError):
                Path(path).unlink()
                total -= size


def _private(folder: Path) -> None:
    folder.mkdir(mode=files.PRIVATE_FOLDER, parents=True, exist_ok=True)
    if folder.stat().st_mode & 0o077:
        folder.chmod(files.PRIVATE_FOLDER)


def _is_own(folder: Path) -> bool:
    """Whether the folder belongs to this user and is private."""
    state = folder.stat()
    return state.st_uid == os.getuid() and not state.st_mode & 0o077


def _packed(entry: Entry) -> bytes:
    parts = {name: zlib.compress(part, 1) for name, part in entry.parts.items()}
    about: dict[str, Any] = {
        "reads": dict(entry.reads),
        "variables": dict(entry.variables),
        "parts": {name: len(part) for name, part in parts.items()},
    }
    return json.dumps(about).encode() + b"\n" + b"".join(parts.values())


def _unpacked(body: bytes) -> Entry | None:
    head, _, rest = body.partition(b"\n")
    try:
        about = json.loads(head)
        parts, start = {}, 0
        for name, size in about["parts"].items():
            parts[name] = zlib.decompress(rest[start : start + size])
            start += size
    except (ValueError, KeyError, zlib.error):
        return None
    return Entry(parts, about["reads"], about["variables"])
