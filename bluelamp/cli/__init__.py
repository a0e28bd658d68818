"""The `bluelamp` command."""

from bluelamp import bytecode

# Before anything large is imported.
bytecode.keep()

from bluelamp.cli.app import main  # noqa: E402

__all__ = ["main"]
