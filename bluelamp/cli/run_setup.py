"""The start of a run on several forces: the inputs of its updates, and the rings of its forces."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bluelamp.cli.run_options import RunOptions
from bluelamp.cli.screen import Screen

if TYPE_CHECKING:
    from bluelamp.cli.rollout import Rollout
    from bluelamp.fleet.inputs import Inputs
    from bluelamp.fleet.waves import Ring
    from bluelamp.policies.governance import Governance


def update_inputs(
    root: Path, forces: list[str], governance: "Mapping[str, Governance]", version: str, options: RunOptions
) -> "Inputs | None":
    """The inputs of the forces' updates; None if no settings were read.

    Raises `UsageError` if the saved plan to apply was made from other inputs.
    """
    if not governance:
        return None
    from bluelamp.fleet.inputs import inputs

    plans = options.save.folder if options.save else options.plan.folder if options.plan else None
    found = inputs(root, forces, governance, version, plans)
    if options.plan is not None:
        options.plan.refuse_changes(found, forces, rehearse=options.rehearse)
    return found


def governance_of(root: Path, forces: list[str]) -> "dict[str, Governance]":
    """The governance settings of each force; raises `SettingsError` with every mistake in the files."""
    from bluelamp.governance.read import every

    return every(root, forces)


def rings_of(root: Path, forces: list[str], verb: str, options: RunOptions) -> "tuple[Ring, ...]":
    """The rings of an update; other verbs have a single ring."""
    from bluelamp.fleet.waves import Ring

    if verb != "up":
        return (Ring("", tuple(forces)),)
    from bluelamp.cli.rollout import rings_for
    from bluelamp.cli.select import with_stacks

    return rings_for(root, forces, with_stacks(root), named=options.named)


def rollout_of(
    screen: Screen, root: Path, rings: "tuple[Ring, ...]", inputs: "Inputs", options: RunOptions
) -> "Rollout":
    """The rollout of an update, with the command that resumes it."""
    from bluelamp.cli.rollout import Rollout
    from bluelamp.fleet.run_record import RunRecord

    record = RunRecord(root, rehearse=options.rehearse)
    return Rollout(screen, record, rings, inputs, resume=options.resume, command=_resume_command())


def _resume_command() -> str:
    """The command that was given, with `--resume`."""
    import shlex
    import sys

    words = [word for word in sys.argv[1:] if word != "--resume"]
    return shlex.join(["bluelamp", *words, "--resume"])
