"""Reads the governance of a stack in the engine's process.

`bluelamp check FORCE` reads the same files with the same functions, and reports the same mistakes.
"""

from collections.abc import Iterable
from os.path import lexists
from pathlib import Path

from bluelamp.core.identity import folded
from bluelamp.policies.discovery import rules as discovered
from bluelamp.policies.governance import EXEMPTIONS, FORCE, REGISTER, Governance
from bluelamp.policies.rule import Rule


def project(arguments: Iterable[str]) -> Path:
    """The pack's project: the first folder with a register above the pack's folder (an engine argument), the current
    folder or this file; without any, the one above this package.
    """
    named = [Path(word).absolute() for word in arguments if Path(word).is_dir()]
    above = (folder for start in (*named, Path.cwd() / "pack", Path(__file__).resolve()) for folder in start.parents)
    return next((folder for folder in above if lexists(folder / REGISTER)), Path(__file__).resolve().parents[2])


def of(root: Path, stack: str, rules: Iterable[Rule] | None = None) -> Governance:
    """The governance of the stack `stack` below `root`; the national baseline if it is not a force's stack.

    `rules` are by default all, including the project's own. `stack` may be prefixed with its organisation and project.
    Without any stacks, as for a pack installed alone, the rules are used unchanged. Raises ValueError with every
    mistake in the files, and for a stack that is not in the register but resembles a force's name or has its own files.
    """
    from bluelamp.core.problems import SettingsError

    try:
        rules = discovered(root) if rules is None else rules
    except SettingsError as error:
        raise ValueError(str(error)) from error
    if not lexists(root / "stacks"):
        return Governance(tuple(rule for rule in rules if rule.holds_for(stack.rpartition("/")[2])))
    from bluelamp.core.register import read_register
    from bluelamp.policies.reading import read

    name = stack.rpartition("/")[2]
    try:
        register = read_register(root)
        entry = register.entry(name) if register.knows(name) else None
        if entry is None:
            _refuse_lookalikes(root, name, register.forces)
        return read(root, entry, register, rules)
    except SettingsError as error:
        raise ValueError(str(error)) from error


def _refuse_lookalikes(root: Path, name: str, forces: Iterable[str]) -> None:
    folded_name = folded(name)
    for force in forces:
        if folded(force) == folded_name:
            raise ValueError(f"{REGISTER}: unknown force {name!a}; did you mean {force}?")
    for pattern in (FORCE, EXEMPTIONS):
        if name and lexists(root / pattern.format(force=name)):
            raise ValueError(f"{pattern.format(force=name)}: {REGISTER} has no force called {name!a}")
