"""The program of a project, run in this process as the engine would run it."""

import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bluelamp.infra.force import Force

_MAIN = Path("infra", "__main__.py")


def program(force: "Force", root: Path) -> Callable[[], None]:
    """The program for `force` in the project at `root`: the project's own, or else Bluelamp's."""

    def run() -> None:
        from bluelamp.infra.start import given

        folder = str((root / _MAIN).parent)
        sys.path.append(folder)  # last, unlike in the engine, so that it does not shadow Bluelamp's imports
        try:
            with given(force):
                runpy.run_path(str(root / _MAIN), run_name="__main__")
        finally:
            sys.path.remove(folder)

    if (root / _MAIN).is_file():
        return run

    def without_files() -> None:
        from bluelamp.infra.start import given, start

        with given(force):
            start(force.slug, str(root))

    return without_files
