"""The start of a run on several forces: the inputs of its updates, and the rings of its forces."""

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
    """The inputs of the forces' updates; None if no settings were read.

    Raises `UsageError` if the saved plan to apply was made from other inputs.
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
    """The governance settings of each force; raises `SettingsError` with every mistake in the files."""
    from bluelamp.governance.read import every

    return every(root, forces)


def rings(root: Path, forces: list[str], verb: str, how: How) -> "tuple[Ring, ...]":
    """The rings of an update; other verbs have a single ring."""
    from bluelamp.fleet.waves import Ring

    if verb != "up":
        return (Ring("", tuple(forces)),)
    from bluelamp.cli.rollout import rings_for
    from bluelamp.cli.select import with_stacks

    return rings_for(root, forces, with_stacks(root), named=how.named)


def rollout(screen: Screen, root: Path, rings: "tuple[Ring, ...]", made_from: "Inputs", how: How) -> "Rollout":
    """The rollout of an update, with the command that resumes it."""
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
