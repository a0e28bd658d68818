"""The rehearsed stacks of other projects, for the stack references of this one.

Each project keeps its rehearsals beside its own `Pulumi.yaml`, and the engine looks for a referenced stack in its own
backend only. So the states of projects in the same repository are copied there.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from bluelamp.core.files import PRIVATE_FILE, read, replace
from bluelamp.rehearsal.space import Space

_DEPTH: Final = 5
_MOST_FOLDERS: Final = 3_000
_SKIPPED: Final = frozenset({"node_modules", "venv", "__pycache__", "site-packages", "bin", "obj", "target"})
_LARGEST: Final = 200_000_000


def bring(space: Space, root: Path) -> None:
    """Copies the states of every other rehearsed project around the one at `root` into the backend of `space`.

    Raises `OSError` where a copy cannot be written.
    """
    for folder in _projects(_around(root)):
        other = Space(folder)
        if other.folder.resolve() != space.folder.resolve():
            _copy(other, space)


def _copy(other: Space, space: Space) -> None:
    for state in sorted((other.state / ".pulumi" / "stacks").glob("*/*.json")):
        mine = space.state / ".pulumi" / "stacks" / state.parent.name / state.name
        # A stack that this rehearsal works on itself, in a folder of its own, is its own.
        if (space.stacks / state.parent.name / f"Pulumi.{state.stem}.yaml").exists():
            continue
        with suppress(OSError):
            content = read(state, _LARGEST)
            if not mine.exists() or read(mine, _LARGEST) != content:
                mine.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                replace(mine, content, mode=PRIVATE_FILE)


def _around(root: Path) -> Path:
    """The repository that the project is in; outside of one, the folder that the project's folder is in."""
    here = root.resolve()
    return next((folder for folder in (here, *here.parents) if (folder / ".git").exists()), here.parent)


def _projects(top: Path) -> Iterator[Path]:
    """The folders at or below `top` that have rehearsals."""
    for seen, (name, folders, _) in enumerate(os.walk(top)):
        here = Path(name)
        if seen >= _MOST_FOLDERS:
            return
        if (here / ".bluelamp" / "rehearsal" / "state").is_dir():
            yield here
        deep = len(here.relative_to(top).parts) >= _DEPTH
        folders[:] = [] if deep else sorted(each for each in folders if each[0] != "." and each not in _SKIPPED)
