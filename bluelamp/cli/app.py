"""The command's verbs and how it fails."""

import json
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from itertools import pairwise
from pkgutil import iter_modules
from typing import NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from bluelamp import __version__
from bluelamp.cli import verbs
from bluelamp.core.problems import SettingsError
from bluelamp.errors import BluelampError, Status
from bluelamp.lasting import collect_seldom

app = typer.Typer(
    name="bluelamp",
    help="Hybrid-cloud landing zones for policing: plan, check, rehearse and bring up a force's estate.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit status: 0 done; 1 the program or the engine failed; 2 wrong use or settings; "
    "3 mandatory rules broken; 4 changes or drift where none were expected.",
)


@app.callback(invoke_without_command=True)
def _version(version: bool = typer.Option(False, "--version", help="Show the version and exit.")) -> None:
    if version:
        sys.stdout.write(f"bluelamp {__version__}\n")
        raise typer.Exit


def load(asked: str = "") -> None:
    """Each file in `verbs/` adds its own: there is no list to keep.

    Where a file has the name of the verb that is `asked` for, the others are not loaded: that takes longer than some
    verbs do.
    """
    found = sorted(module.name for module in iter_modules(verbs.__path__))
    for name in [asked] if asked in found else found:
        import_module(f"{verbs.__name__}.{name}").add(app)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs the command and exits with its status; a user's mistake is told without a traceback."""
    collect_seldom()
    words = list(sys.argv[1:] if arguments is None else arguments)
    load(words[0] if words else "")
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    try:
        app(args=words, standalone_mode=True)
    except BluelampError as error:
        _as_json(words, error.status, [{"message": error.message, "next_step": error.next_step}])
        fail(console, error.message, error.next_step)
        sys.exit(error.status)
    except KeyboardInterrupt:
        console.print("interrupted")
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(Status.FAILED)
    except SettingsError as error:
        _as_json(words, Status.WRONG_USE, [problem.as_dict() for problem in error.problems])
        for problem in error.problems:
            fail(console, str(problem))
        sys.exit(Status.WRONG_USE)
    sys.exit(Status.DONE)


def _as_json(words: list[str], status: Status, problems: Sequence[Mapping[str, object]]) -> None:
    """What is wrong, on stdout, where the result was wanted as JSON: a verb that fails early has given nothing yet."""
    asked = {*words, *(" ".join(pair) for pair in pairwise(words))}
    if asked & {"--format json", "-f json", "--format=json", "-fjson"} and "--" not in words:
        sys.stdout.write(json.dumps({"status": int(status), "problems": problems}, indent=2) + "\n")


def fail(console: Console, message: str, next_step: str = "") -> None:
    """One error, as every error reads."""
    console.print(f"[red]error:[/red] {escape(message)}")
    if next_step:
        console.print(f"  next: {escape(next_step)}")
