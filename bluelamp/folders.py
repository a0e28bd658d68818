"""Where Bluelamp keeps things: the user's cache, and a project's own `.bluelamp`."""

import os
from pathlib import Path

from bluelamp.errors import UsageError


def cache() -> Path:
    """The folder for what can be made again (engines): `$BLUELAMP_CACHE`, else the user's cache folder."""
    named = os.environ.get("BLUELAMP_CACHE")
    if named:
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "bluelamp"


def project(start: Path | None = None) -> Path:
    """The Bluelamp project at or above `start` (the current folder): the folder with `Pulumi.yaml` and `stacks/`.

    Raises `UsageError` where there is none.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "Pulumi.yaml").is_file() and (folder / "stacks").is_dir():
            return folder
    raise UsageError(
        f"{here} is not inside a Bluelamp project (no Pulumi.yaml beside a stacks folder)",
        next_step="change to the project's folder, name it with --project, or make one: bluelamp init DIR",
    )


def pack(root: Path) -> Path:
    """The policy pack of the project at `root`, by which the engine's runs are judged.

    Raises `UsageError` where there is none: nothing is changed without its rules.
    """
    folder = root / "policies"
    if not (folder / "PulumiPolicy.yaml").is_file():
        raise UsageError(f"{folder / 'PulumiPolicy.yaml'} is missing", next_step=f"run: bluelamp init {root}")
    return folder
