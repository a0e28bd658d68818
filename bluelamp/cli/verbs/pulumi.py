"""`bluelamp pulumi`: the engine that Bluelamp found, with any command of its own."""

import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from bluelamp.cli.screen import Screen


class Verbatim(TyperCommand):
    """A command that hands every word on as it is: none is an option of its own."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """All of `args` are words for the engine, but for a `--` in front."""
        given: list[str] = super().parse_args(ctx, ["--", *(args[1:] if args[:1] == ["--"] else args)])
        return given


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("pulumi", cls=Verbatim, context_settings={"help_option_names": []}, add_help_option=False)(pulumi)


def pulumi(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[--] WORDS...", help="A command of Pulumi with its options, all handed on as they are."
        ),
    ] = None,
) -> None:
    """Run the Pulumi engine that Bluelamp uses: with its environment, in the current folder, against the real backend.

    Ends with the engine's status. Policy packs judge only where `--policy-pack policies` says so; `bluelamp up` always
    has them judge. For the rehearsal cloud: `bluelamp rehearse -- pulumi WORDS`.

    Examples: `bluelamp pulumi refresh -s essex` · `bluelamp pulumi stack output -s essex --json` ·
    `bluelamp pulumi import -s essex azure-native:resources:ResourceGroup rg-old ID` ·
    `bluelamp pulumi up -s essex --policy-pack policies --target URN`
    """
    from bluelamp.cli.session import engine_for

    engine = engine_for(Screen())
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(engine.path, ["pulumi", *(words or [])], engine.environment())  # noqa: S606 - the engine is the point
