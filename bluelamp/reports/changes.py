"""The changes that a preview shows, for its report."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

ORDER: Final = ("delete", "replace", "update", "import", "create")
"""The kinds of change, with destructive changes first."""
_KINDS: Final = {
    "delete": "delete",
    "delete-replaced": "replace",
    "replace": "replace",
    "create-replacement": "replace",
    "update": "update",
    "import": "import",
    "create": "create",
}


@dataclass(frozen=True)
class Change:
    """One change. `properties` has the old and new value of each property, by path, with secrets redacted."""

    kind: str
    type: str
    name: str
    properties: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)


def kind_of(op: str) -> str:
    """The kind of change of an engine step; an unknown step keeps its name."""
    return _KINDS.get(op, op)
