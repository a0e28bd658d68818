"""`bluelamp pulumi`: runs any command of the Pulumi engine."""

import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from bluelamp.cli.screen import Screen


class Verbatim(TyperCommand):
    """A command without options: it passes every word on unchanged."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Passes all of `args` to the engine, except a leading `--`."""
        given: list[str] = super().parse_args(ctx, ["--", *(args[1:] if args[:1] == ["--"] else args)])
        return given


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("pulumi", cls=Verbatim, context_settings={"help_option_names": []}, add_help_option=False)(pulumi)


def pulumi(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[--] WORDS...", help="A Pulumi command with its options, passed on unchanged."),
    ] = None,
) -> None:
    """Run Bluelamp's Pulumi engine with its environment, in the current folder, against the real backend.

    Exits with the engine's status. Policy packs run only with `--policy-pack policies`; `bluelamp up` always runs them.
    For the rehearsal cloud: `bluelamp rehearse -- pulumi WORDS`.

    Examples: `bluelamp pulumi refresh -s essex` · `bluelamp pulumi stack output -s essex --json` ·
    `bluelamp pulumi import -s essex azure-native:resources:ResourceGroup rg-old ID` ·
    `bluelamp pulumi up -s essex --policy-pack policies --target URN`
    """
    from bluelamp.cli.session import engine_for

    engine = engine_for(Screen())
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(engine.path, ["pulumi", *(words or [])], engine.environment())  # noqa: S606 - the engine is the point
