"""Changes in a plan that can lose data: deletions, and replacements of data stores."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

from bluelamp.engine.events import Step
from bluelamp.policies.estate import canonical

Why = Literal["deletion", "replaced data store"]
_TYPES: Final = Path(__file__).with_name("data_stores.txt")
_DELETES: Final = "delete"
_REPLACES: Final = frozenset({"replace", "create-replacement", "delete-replaced", "import-replacement"})


@dataclass(frozen=True, slots=True)
class Loss:
    """A change that can lose data: the resource's URN, and the kind of change."""

    urn: str
    why: Why


@cache
def data_stores() -> frozenset[str]:
    """The resource types that hold data, without API versions."""
    lines = _TYPES.read_text(encoding="utf-8").splitlines()
    return frozenset(canonical(line) for line in lines if line and not line.startswith("#"))


def losses(steps: Iterable[Step]) -> list[Loss]:
    """The changes among `steps` that can lose data, without duplicates, by URN; providers and components hold none."""
    found: dict[str, Why] = {}
    for step in steps:
        if not step.custom or step.type.startswith("pulumi:"):
            continue
        if step.op == _DELETES:
            found[step.urn] = "deletion"
        elif step.op in _REPLACES and canonical(step.type) in data_stores():
            found.setdefault(step.urn, "replaced data store")
    return [Loss(urn, why) for urn, why in sorted(found.items())]
