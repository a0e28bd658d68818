"""Stack references between rehearsed projects of one repository.

Each project has a backend of its own, and the engine looks up a referenced stack only there. The states of the other
projects are therefore copied into it.
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


def copy_states(space: Space, root: Path) -> None:
    """Copies the states of the other rehearsed projects in the repository of `root` into the backend of `space`.

    Raises `OSError` if a copy cannot be written.
    """
    for folder in _projects(_around(root)):
        other = Space(folder)
        if other.folder.resolve() != space.folder.resolve():
            _copy(other, space)


def _copy(other: Space, space: Space) -> None:
    for state in sorted((other.state / ".pulumi" / "stacks").glob("*/*.json")):
        mine = space.state / ".pulumi" / "stacks" / state.parent.name / state.name
        # Do not overwrite the rehearsal's own stacks.
        if (space.stacks / state.parent.name / f"Pulumi.{state.stem}.yaml").exists():
            continue
        with suppress(OSError):
            content = read(state, _LARGEST)
            if not mine.exists() or read(mine, _LARGEST) != content:
                mine.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                replace(mine, content, mode=PRIVATE_FILE)


def _around(root: Path) -> Path:
    """The repository of the project; without one, the parent of the project's folder."""
    here = root.resolve()
    return next((folder for folder in (here, *here.parents) if (folder / ".git").exists()), here.parent)


def _projects(top: Path) -> Iterator[Path]:
    """The folders at or below `top` with a rehearsal."""
    for seen, (name, folders, _) in enumerate(os.walk(top)):
        here = Path(name)
        if seen >= _MOST_FOLDERS:
            return
        if (here / ".bluelamp" / "rehearsal" / "state").is_dir():
            yield here
        deep = len(here.relative_to(top).parts) >= _DEPTH
        folders[:] = [] if deep else sorted(name for name in folders if name[0] != "." and name not in _SKIPPED)
