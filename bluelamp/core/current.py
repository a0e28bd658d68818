"""The current project of this process, whose own rules and modules apply."""

from pathlib import Path

_held: list[Path] = []


def project() -> Path | None:
    """The project's folder; None without a project."""
    return _held[-1] if _held else None


def use(root: Path | None) -> None:
    """Makes the project in the folder `root` current; None for no project."""
    _held[:] = [] if root is None else [root]
