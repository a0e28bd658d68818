"""The `bluelamp` command."""

import sys
from collections.abc import Sequence
from typing import NoReturn

from bluelamp import bytecode

# Before anything large is imported.
bytecode.keep()

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs the command. Shell completion runs at each press of the tab key, so it imports none of the rest."""
    if arguments is None and sys.argv[1:2] == ["__complete"]:
        from bluelamp.completion.answer import main as complete

        complete(sys.argv[2:])
        sys.exit(0)
    from bluelamp import pruning
    from bluelamp.cli.app import main as run

    pruning.begin()
    run(arguments)
