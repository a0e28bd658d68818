"""Selection of the forces that a verb works on."""

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bluelamp.cli.screen import Screen
from bluelamp.core.environments import ENVIRONMENTS, PROD
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.suggestions import did_you_mean
from bluelamp.core.text import first_of
from bluelamp.errors import Status, UsageError

if TYPE_CHECKING:
    from bluelamp.core.register import Entry

Compared = Callable[[Sequence[str], str], Sequence[str]]
"""Returns the given forces that differ from a git revision; see `bluelamp.cli.changed`."""


def with_stacks(root: Path) -> list[str]:
    """The forces that have a stack file. Raises `UsageError` if the folder of stacks cannot be read."""
    folder = root / "stacks"
    try:
        names = [path.name for path in folder.iterdir()]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise UsageError(
            f"{folder}: cannot be read: {error.strerror or error}", next_step="grant the permission to read it"
        ) from None
    return sorted(
        name.removeprefix("Pulumi.").removesuffix(".yaml") for name in names if fnmatchcase(name, "Pulumi.?*.yaml")
    )


def select(
    root: Path,
    names: list[str] | None,
    *,
    every: bool,
    region: str | None,
    changed: str | None,
    environment: str | None = None,
    compared: Compared | None = None,
) -> list[str]:
    """The forces named, all forces, a region's, or those changed since a revision; in order, without duplicates.

    A verb with `changed` gives `compared`, which finds the changed forces.

    Each is the name of a stack: a force's (`essex`), or an environment's (`essex-dev`). With `environment`, only such
    stacks; the name of a force then means its stack of that environment.

    The result is empty only with `changed`. Raises `UsageError` if no force is selected, several ways are combined, no
    force has a stack file or `changed` is not a commit; `SettingsError` for an unknown force, and for a stack file
    that belongs to no force.
    """
    from bluelamp.infra.settings.register import read_register

    ways = [bool(names), every, region is not None, changed is not None]
    if sum(ways) != 1:
        raise UsageError(
            "no force selected: name a force, or use one of --all, --region and --changed"
            if not any(ways)
            else "FORCE, --all, --region and --changed are mutually exclusive",
            next_step=f"for example: bluelamp check {next(iter(with_stacks(root)), 'FORCE')}",
        )
    register = read_register(root)
    if environment is not None and environment not in (PROD, *ENVIRONMENTS):
        step = did_you_mean(environment, (PROD, *ENVIRONMENTS))
        allowed = ", ".join((PROD, *ENVIRONMENTS))
        raise UsageError(f"{environment[:60]!r} is not an environment; allowed: {allowed}", next_step=step)
    if names:
        return list(dict.fromkeys(_of(register.entry(name), environment).slug for name in names))
    there = with_stacks(root)
    unknown = [slug for slug in there if not register.knows(slug)]
    if unknown:
        step = "name the file after a force in stacks/forces.yaml, or move it away"
        raise SettingsError(
            Problem(f"stacks/Pulumi.{slug}.yaml"[:200], message="there is no force of this name", next_step=step)
            for slug in unknown
        )
    if environment is not None:
        there = _in(root, there, environment, may_be_empty=changed is not None)
    if region is not None:
        regions = sorted({entry.region for entry in register.forces.values()})
        if region not in regions:
            raise UsageError(f"{region!r} is not a police region; allowed: {', '.join(regions)}")
        chosen = [slug for slug in there if register.entry(slug).region == region]
        if not chosen:
            raise UsageError(f"no force of {region} has a stack file", next_step="bluelamp new FORCE")
        return chosen
    if changed is not None and compared is not None:
        differ = set(compared(there, changed))
        return [slug for slug in there if slug in differ]
    if not there:
        raise UsageError("no force has a stack file", next_step="bluelamp new FORCE")
    return there


def end_without(screen: Screen, chosen: list[str], result: object, removed: Sequence[str] = ()) -> None:
    """Ends the command with status 0 if `--changed` finds no force but `removed` ones; gives `result` for JSON."""
    if not chosen:
        message = f"no other force changed; removed: {first_of(removed)}" if removed else "no force changed"
        if screen.json:
            screen.say(message)
        else:
            screen.show(message)
        screen.give(result)
        raise typer.Exit(Status.DONE)


def _of(entry: "Entry", environment: str | None) -> "Entry":
    """The stack of the force in `environment`. Raises `UsageError` if `entry` is of another environment."""
    if environment is None or environment == (entry.environment or PROD):
        return entry
    if entry.environment:
        raise UsageError(
            f"{entry.slug} is the environment {entry.environment}, and --environment asks for {environment}",
            next_step=f"name the force: {entry.force} --environment {environment}",
        )
    return entry.in_environment(environment)


def _in(root: Path, there: list[str], environment: str, *, may_be_empty: bool) -> list[str]:
    from bluelamp.infra.settings.environment import environment_of

    kept = [slug for slug in there if environment_of(root, slug) == environment]
    if not kept and not may_be_empty:
        step = "bluelamp new FORCE" + (f" --environment {environment}" if environment != PROD else "")
        raise UsageError(f"no force has the environment {environment}", next_step=step)
    return kept
