"""The Kubernetes objects of a plan as files."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Manifest:
    """An object: its file (`live/records/09-serviceaccount-default.yaml`) and the paths of unknown values."""

    path: str
    content: Mapping[str, Any]
    urn: str
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class LeftOut:
    """An object that is not written, and the reason; `keys` are the names (never the values) of a Secret's entries."""

    cluster: str
    kind: str
    namespace: str
    name: str
    reason: str
    keys: tuple[str, ...] = ()
