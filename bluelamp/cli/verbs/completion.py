"""`bluelamp completion`."""

import sys
from enum import StrEnum
from typing import Annotated

import typer


class Shell(StrEnum):
    """The supported shells."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("completion")(completion)


def completion(shell: Annotated[Shell, typer.Argument(metavar="SHELL", help="bash, zsh or fish.")]) -> None:
    """Print the script that completes commands, options, forces, rules, settings and resources in a shell.

    Resources are completed for a force after its first check or explain. Examples:
    `source <(bluelamp completion bash)` · `source <(bluelamp completion zsh)` · `bluelamp completion fish | source`
    """
    from bluelamp.completion.index import build
    from bluelamp.completion.scripts import SCRIPTS

    build()
    sys.stdout.write(SCRIPTS[shell])
