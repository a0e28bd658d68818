"""What a run of several forces begins with: what its updates are made from, and the rings of its forces."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bluelamp.cli.how import How
from bluelamp.cli.screen import Screen

if TYPE_CHECKING:
    from bluelamp.cli.rollout import Rollout
    from bluelamp.fleet.inputs import Inputs
    from bluelamp.fleet.waves import Ring
    from bluelamp.policies.governance import Governance


def made_from(
    root: Path, forces: list[str], governed: "Mapping[str, Governance]", version: str, how: How
) -> "Inputs | None":
    """What updates of the forces are made from; None where no settings were read.

    Raises `UsageError` where a saved plan that is to be applied was made from something else.
    """
    if not governed:
        return None
    from bluelamp.fleet.inputs import inputs

    plans = how.save.folder if how.save else how.plan.folder if how.plan else None
    found = inputs(root, forces, governed, version, plans)
    if how.plan is not None:
        how.plan.refuse_changes(found, forces, rehearse=how.rehearse)
    return found


def governed(root: Path, forces: list[str]) -> "dict[str, Governance]":
    """What is settled about each force; raises `SettingsError` with every mistake in the files."""
    from bluelamp.governance.read import every

    return every(root, forces)


def rings(root: Path, forces: list[str], verb: str, how: How) -> "tuple[Ring, ...]":
    """The rings of an update; every other verb works on all forces alike."""
    from bluelamp.fleet.waves import Ring

    if verb != "up":
        return (Ring("", tuple(forces)),)
    from bluelamp.cli.rollout import rings_for
    from bluelamp.cli.select import with_stacks

    return rings_for(root, forces, with_stacks(root), named=how.named)


def rollout(screen: Screen, root: Path, rings: "tuple[Ring, ...]", made_from: "Inputs", how: How) -> "Rollout":
    """The run of an update, with the command that goes on with it."""
    from bluelamp.cli.rollout import Rollout
    from bluelamp.fleet.run_record import RunRecord

    record = RunRecord(root, rehearse=how.rehearse)
    return Rollout(screen, record, rings, made_from, resume=how.resume, command=_again())


def _again() -> str:
    """The command that was given, with `--resume`."""
    import shlex
    import sys

    words = [word for word in sys.argv[1:] if word != "--resume"]
    return shlex.join(["bluelamp", *words, "--resume"])
