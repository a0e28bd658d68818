"""The engine's state file of a stack: verification, the newest of several, and backups.

On a full disk the engine leaves an empty or truncated state file. A damaged file is replaced by the newest complete
backup.
"""

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from bluelamp.core import files
from bluelamp.core.files import PRIVATE_FILE

_LARGEST: Final = 2_000_000_000
_FRACTION: Final = re.compile(r"\.(\d{1,6})\d*")
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


class DamagedStateError(ValueError):
    """The file is not a complete state of the stack; the message gives the reason."""


@dataclass(frozen=True)
class Checkpoint:
    """A complete state file: its bytes and their content."""

    raw: bytes
    content: dict[str, Any]

    @property
    def digest(self) -> str:
        """SHA-256 of the file, in hexadecimal."""
        return hashlib.sha256(self.raw).hexdigest()

    @property
    def latest(self) -> dict[str, Any]:
        """The latest deployment; `{}` if there is none."""
        return self.content["checkpoint"].get("latest") or {}

    @property
    def resources(self) -> list[dict[str, Any]]:
        """The resources of the deployment."""
        return self.latest.get("resources") or []

    @property
    def time(self) -> datetime:
        """When the engine wrote the file; `datetime.min` if unknown."""
        manifest = self.latest.get("manifest")
        text = str(manifest.get("time") or "") if isinstance(manifest, dict) else ""
        with contextlib.suppress(ValueError):
            found = datetime.fromisoformat(_FRACTION.sub(r".\1", text))
            return found if found.tzinfo else found.replace(tzinfo=UTC)
        return _NEVER


def load(path: Path, project: str, stack: str) -> Checkpoint:
    """The state of the stack in `path`.

    Raises `DamagedStateError` if it is truncated, not a state, or the state of another stack. Raises
    `FileNotFoundError` if it does not exist and `OSError` if it cannot be read.
    """
    return parse(files.read(path, _LARGEST), project, stack)


def parse(raw: bytes, project: str, stack: str) -> Checkpoint:
    """The state of the stack in `raw`, a file's content. Raises `DamagedStateError` as `load` does."""
    if not raw.strip(b" \t\r\n\0"):
        raise DamagedStateError("the file is empty")
    try:
        content = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise DamagedStateError(f"it is truncated or not JSON: {error}") from error
    found = content.get("checkpoint") if isinstance(content, dict) else None
    if not isinstance(found, dict) or not isinstance(content.get("version"), int):
        raise DamagedStateError("it contains no checkpoint")
    named = found.get("stack")
    if isinstance(named, str) and named.split("/")[-1] not in ("", stack):
        raise DamagedStateError(f"it is the state of the stack {named}")
    latest = found.get("latest")
    if latest is not None:
        _verify(latest, f"urn:pulumi:{stack}::{project}::")
    return Checkpoint(raw, content)


def _verify(latest: Any, prefix: str) -> None:
    resources = latest.get("resources") if isinstance(latest, dict) else ()
    if resources is None:
        return
    if not isinstance(resources, list):
        raise DamagedStateError("its resources are not a list")
    known: set[str] = set()
    for resource in resources:
        urn = resource.get("urn") if isinstance(resource, dict) else None
        if not isinstance(urn, str) or not isinstance(resource.get("type"), str):
            raise DamagedStateError("one of its resources has no URN or no type")
        if not urn.startswith(prefix):
            raise DamagedStateError(f"it contains a resource of another stack: {urn}")
        for needed in _needed(resource):
            if needed not in known:
                raise DamagedStateError(f"{urn} depends on {needed}, which is missing")
        known.add(urn)


def _needed(resource: Mapping[str, Any]) -> Iterator[str]:
    """The URNs that must precede the resource in the engine's state."""
    if resource.get("parent"):
        yield str(resource["parent"])
    if resource.get("provider"):
        yield str(resource["provider"]).rpartition("::")[0]
    yield from map(str, resource.get("dependencies") or ())


def newest(paths: Iterable[Path], project: str, stack: str) -> Checkpoint | None:
    """The newest complete state of the stack among `paths`, the first of several equally new; None if there is none."""
    found: list[Checkpoint] = []
    for path in paths:
        with contextlib.suppress(OSError, DamagedStateError):
            found.append(load(path, project, stack))
    return max(found, key=lambda one: one.time, default=None)


def keep(checkpoint: Checkpoint, state: Path, copy: Path) -> None:
    """Backs up `checkpoint`, the content of the file `state`, as `copy`; as a hard link if the disk is full."""
    with contextlib.suppress(OSError):
        if copy.read_bytes() == checkpoint.raw:
            return
    try:
        files.replace(copy, checkpoint.raw, mode=PRIVATE_FILE)
    except OSError:
        # The engine and Bluelamp replace the state file, so a hard link keeps the old content.
        beside = copy.with_name(f".{copy.name}.link")
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
            os.link(state, beside)
            beside.replace(copy)
