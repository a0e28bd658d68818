"""Which forces a verb is for."""

import subprocess
from fnmatch import fnmatchcase
from pathlib import Path

from bluelamp.errors import UsageError

_EVERY = (
    "infra/",
    "modules/",
    "policies/",
    "bluelamp/",
    "stacks/forces.yaml",
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

    Raises `UsageError` where none is named or several ways are mixed, `SettingsError` for an unknown
    force.
    """
    from infra.register import read_register

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
    return there


def _changed(root: Path, there: list[str], revision: str) -> list[str]:
    run = subprocess.run(
        ["git", "diff", "--name-only", "--relative", revision, "--"],
        check=False,
        capture_output=True,
        text=True,
        cwd=root,
    )
    if run.returncode:
        raise UsageError(f"--changed {revision}: git does not know it: {run.stderr.strip().splitlines()[0]}")
    files = run.stdout.splitlines()
    if any(file.startswith(_EVERY) for file in files):
        return there
    return [
        slug
        for slug in there
        if any(file == f"stacks/Pulumi.{slug}.yaml" or file.startswith(f"stacks/{slug}/") for file in files)
    ]
