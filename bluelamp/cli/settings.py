"""Reads the settings of several forces and reports every mistake before any work starts."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bluelamp.core.commands import rehearsed
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.fleet.deployed import holds

if TYPE_CHECKING:
    from bluelamp.infra.force import Force


def read_settings(root: Path, forces: list[str], *, rehearse: bool | None = False) -> dict[str, "Force"]:
    """The settings of each force. Raises `SettingsError` with every mistake in the settings of all `forces`.

    The next steps of mistakes are for the rehearsal with `rehearse`; where it is None, as for a verb without a cloud,
    for that of each force that a rehearsal holds.
    """
    from bluelamp.fleet.rehearsed import state_of
    from bluelamp.infra.force import load

    read: dict[str, Force] = {}
    problems: list[Problem] = []
    for force in forces:
        try:
            read[force] = load(force, root=root)
        except SettingsError as error:
            held = holds(state_of(root, force)) if rehearse is None else rehearse
            problems += map(_for_rehearsal, error.problems) if held else error.problems
    if problems:
        raise SettingsError(problems)
    return read


def _for_rehearsal(problem: Problem) -> Problem:
    """The problem with the rehearsal's commands in its next step."""
    return replace(problem, next_step=rehearsed(problem.next_step))
