"""Reads the governance settings of a force from the files in `stacks/`."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from bluelamp.core.problems import Problem, SettingsError
from bluelamp.policies import Rule, rules
from bluelamp.policies.governance import Governance
from bluelamp.policies.reading import read


def governance(
    root: Path, force: str | None, used: Iterable[Rule] | None = None, *, block_unknown: bool = False
) -> Governance:
    """The baseline and exemptions of `force`; `block_unknown` overrides the baseline's setting.

    Without a force (None) the national baseline applies. Raises `SettingsError` with every mistake in the files.
    """
    register = entry = None
    if force:
        from bluelamp.core.register import read_register

        register = read_register(root)
        entry = register.entry(force)
    read_governance = read(root, entry, register, rules(root) if used is None else used)
    return replace(read_governance, block_unknown=read_governance.block_unknown or block_unknown)


def every(root: Path, forces: Iterable[str], *, block_unknown: bool = False) -> dict[str, Governance]:
    """The governance settings of each of `forces`. Raises `SettingsError` with the mistakes of all of them."""
    read: dict[str, Governance] = {}
    problems: list[Problem] = []
    for force in forces:
        try:
            read[force] = governance(root, force, block_unknown=block_unknown)
        except SettingsError as error:
            problems += error.problems
    if problems:
        raise SettingsError(dict.fromkeys(problems))
    return read
