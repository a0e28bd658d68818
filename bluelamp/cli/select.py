"""Which forces a verb is for."""

from fnmatch import fnmatchcase
from pathlib import Path

import typer

from bluelamp.cli.screen import Screen
from bluelamp.core import git
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.errors import Status, UsageError

_EVERY = (
    "infra/",
    "modules/",
    "policies/",
    "bluelamp/",
    "stacks/forces.yaml",
    "stacks/approvers.yaml",
    "stacks/baseline.yaml",
    "stacks/regions/",
    "Pulumi.yaml",
    "requirements.lock",
)
"""A change here can change any force's estate, or how it is judged."""


def with_stacks(root: Path) -> list[str]:
    """The forces that have a stack file. Raises `UsageError` where the folder of stacks cannot be read."""
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


def select(root: Path, names: list[str] | None, *, every: bool, region: str | None, changed: str | None) -> list[str]:
    """The forces that are named, or all, or a region's, or those that changed since a revision; in order, once each.

    Only with `changed` can there be none. Raises `UsageError` where none is named, several ways are mixed, no force has
    a stack file or `changed` is no commit; `SettingsError` for an unknown force, and for a stack file of none.
    """
    from bluelamp.infra.register import read_register

    ways = [bool(names), every, region is not None, changed is not None]
    if sum(ways) != 1:
        raise UsageError(
            "name the forces, or give one of --all, --region and --changed"
            if not any(ways)
            else "forces are named in two ways at once",
            next_step=f"for example: bluelamp check {next(iter(with_stacks(root)), 'FORCE')}",
        )
    register = read_register(root)
    if names:
        return list(dict.fromkeys(register.entry(name).slug for name in names))
    there = with_stacks(root)
    unknown = [slug for slug in there if slug not in register.forces]
    if unknown:
        step = "name the file after a force in stacks/forces.yaml, or move it away"
        raise SettingsError(
            Problem(f"stacks/Pulumi.{slug}.yaml"[:200], message="no force is called so", next_step=step)
            for slug in unknown
        )
    if region is not None:
        regions = sorted({entry.region for entry in register.forces.values()})
        if region not in regions:
            raise UsageError(f"{region!r} is no police region; allowed: {', '.join(regions)}")
        chosen = [slug for slug in there if register.entry(slug).region == region]
        if not chosen:
            raise UsageError(f"no force of {region} has a stack file", next_step="bluelamp new FORCE")
        return chosen
    if changed is not None:
        return _changed(root, there, changed)
    if not there:
        raise UsageError("no force has a stack file", next_step="bluelamp new FORCE")
    return there


def end_without(screen: Screen, chosen: list[str], result: object) -> None:
    """Ends the command with status 0 where `--changed` finds no force; gives `result` where JSON is wanted."""
    if not chosen:
        message = "no force changed"
        if screen.json:
            screen.say(message)
        else:
            screen.show(message)
        screen.give(result)
        raise typer.Exit(Status.DONE)


def _changed(root: Path, there: list[str], revision: str) -> list[str]:
    try:
        files = git.changed(root, git.resolve(root, revision))
    except git.GitError as error:
        raise UsageError(
            f"--changed {revision[:60]!r}: git does not know it: {error}",
            next_step="name one commit of this repository: a branch, a tag or a hash, such as origin/main",
        ) from error
    if any(_below(file, place) for file in files for place in _EVERY):
        return there
    return [
        slug
        for slug in there
        if any(file == f"stacks/Pulumi.{slug}.yaml" or _below(file, f"stacks/{slug}/") for file in files)
    ]


def _below(file: str, place: str) -> bool:
    """Whether a changed file is at or below `place`: to git, a symbolic link or a submodule is a file."""
    return file.startswith(place) or f"{file}/" == place
