"""The `bluelamp` command."""

from bluelamp.cli.app import main

__all__ = ["main"]
