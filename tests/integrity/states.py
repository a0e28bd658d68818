"""The resources in a rehearsal's cloud and state, read without the command."""

import contextlib
from pathlib import Path

from bluelamp.rehearsal import checkpoint
from bluelamp.rehearsal.space import Space

PROJECT, STACK = "crash", "rehearsal"


def state_path(root: Path) -> Path:
    """The state file of the program `crash`."""
    return Space(root).state / ".pulumi" / "stacks" / PROJECT / f"{STACK}.json"


def in_cloud(root: Path) -> list[str]:
    """The URNs in the cloud, sorted."""
    with contextlib.closing(Space(root).open_store()) as store:
        return sorted(record.urn for record in store.all())


def in_state(root: Path) -> list[str]:
    """The URNs in the state, without the stack and the providers, sorted."""
    found = checkpoint.load(state_path(root), PROJECT, STACK)
    return sorted(one["urn"] for one in found.resources if not one["type"].startswith("pulumi:"))
