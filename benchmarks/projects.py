"""Projects for benchmarks: this checkout's, with settings that can be changed, and one at an earlier commit."""

import shutil
import sys
from pathlib import Path
from typing import Final

from benchmarks.running import ROOT
from bluelamp.core import git

BASE: Final = "c242665"
"""The commit that is compared with."""
_PARTS: Final = ("infra", "modules", "policies")


def copied(folder: Path) -> Path:
    """A new project with copies of this checkout's settings; its program, modules and rules are this checkout's."""
    folder.mkdir()
    shutil.copy(ROOT / "Pulumi.yaml", folder)
    shutil.copytree(ROOT / "stacks", folder / "stacks")
    for name in _PARTS:
        (folder / name).symlink_to(ROOT / name)
    return with_python(folder)


def earlier(folder: Path) -> Path:
    """A new project at the commit `BASE`, which git must have, with the packages that are installed here."""
    folder.mkdir()
    git.extract(ROOT, git.resolve(ROOT, BASE), folder)
    return with_python(folder)


def with_python(folder: Path) -> Path:
    """The folder, with this environment as its own."""
    (folder / ".venv").symlink_to(sys.prefix)
    return folder
