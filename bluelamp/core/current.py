"""The project that this process works on: what it declares of its own belongs to everything that is found there."""

from pathlib import Path

_held: list[Path] = []


def project() -> Path | None:
    """The project's folder; None where the process works on none."""
    return _held[-1] if _held else None


def use(root: Path | None) -> None:
    """Work on the project in the folder `root` from now on; None for no project."""
    _held[:] = [] if root is None else [root]
