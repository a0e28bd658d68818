"""The Kubernetes objects of a plan, as they become files."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Manifest:
    """One object: its file (`live/records/09-serviceaccount-default.yaml`) and the paths in it that are not known."""

    path: str
    content: Mapping[str, Any]
    urn: str
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class LeftOut:
    """An object that is not written, and why; `keys` are the names (never the values) of a Secret's entries."""

    cluster: str
    kind: str
    namespace: str
    name: str
    reason: str
    keys: tuple[str, ...] = ()
