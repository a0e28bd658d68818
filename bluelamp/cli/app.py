"""The command's verbs and how it fails."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from io import TextIOWrapper
from itertools import pairwise
from pathlib import Path
from pkgutil import iter_modules
from traceback import format_exception
from typing import NoReturn

import typer

from bluelamp import __version__
from bluelamp.cli import verbs
from bluelamp.cli.screen import Logged, Screen
from bluelamp.core.problems import SettingsError
from bluelamp.core.text import printable
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
    _prepare_streams()
    Logged.take_over()
    words = list(sys.argv[1:] if arguments is None else arguments)
    load(words[0] if words else "")
    screen, Screen.given = Screen(), False
    status: object = Status.DONE
    try:
        status = app(args=words, standalone_mode=False)
        sys.stdout.flush()
    except BluelampError as error:
        _as_json(words, error.status, [{"message": error.message, "next_step": error.next_step}])
        screen.error(error.message, error.next_step)
        status = error.status
    except SettingsError as error:
        _as_json(words, Status.WRONG_USE, [problem.as_dict() for problem in error.problems])
        for problem in error.problems:
            screen.error(problem)
        status = Status.WRONG_USE
    except BrokenPipeError:
        status = Status.FAILED
    except (KeyboardInterrupt, typer.Abort):
        screen.say("interrupted")
        status = 130
    except OSError as error:
        status = _system_failed(screen, error)
    except Exception as error:
        status = _misused(screen, error)
    _end_streams()
    sys.exit(status if isinstance(status, int) else Status.DONE)


def _prepare_streams() -> None:
    """Has stdout and stderr take any text, also where whoever started this process has closed them.

    A file that is opened later would otherwise take a closed stream's number, and receive what others write there.
    """
    for name, number in (("stdin", 0), ("stdout", 1), ("stderr", 2)):
        if getattr(sys, name) is None:
            mode = "r" if number == 0 else "w"
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - to the end of the process
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # What the terminal's encoding has no character for is shown by its escape.
            stream.reconfigure(errors="backslashreplace")


def _end_streams() -> None:
    """Writes out what is left; what cannot be written has been reported, and the interpreter need not try again."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            with suppress(OSError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _system_failed(screen: Screen, error: OSError) -> int:
    """Shows what the system refused (no room, no permission) that no verb expected, and returns the status."""
    place = error.filename if isinstance(error.filename, str) else ""
    said = error.strerror or str(error) or type(error).__name__
    with suppress(OSError):
        screen.error(f"{place}: {said}" if place else said)
    return Status.FAILED


def _misused(screen: Screen, error: Exception) -> int:
    """Shows what Typer says of words that it does not understand, and returns its status; of anything else, where it
    was raised.

    The words, and the text of an exception, may hold names of files: nothing in them reaches the terminal unescaped.
    """
    from typer.rich_utils import rich_format_error

    said = getattr(error, "format_message", None)
    if said is None:
        screen.error(
            f"{type(error).__name__}: {error}",
            "report this: it is a fault of Bluelamp",
            more=["".join(format_exception(error))],
        )
        return Status.FAILED
    message = printable(said())
    error.format_message = lambda: message  # type: ignore[attr-defined] # Typer keeps its exceptions to itself
    rich_format_error(error)  # type: ignore[arg-type]
    return int(getattr(error, "exit_code", Status.WRONG_USE))


def _as_json(words: list[str], status: Status, problems: Sequence[Mapping[str, object]]) -> None:
    """What is wrong, on stdout, where the result was wanted as JSON and the verb failed before it gave one."""
    if Screen.given:
        return
    asked = {*words, *(" ".join(pair) for pair in pairwise(words))}
    if asked & {"--format json", "-f json", "--format=json", "-fjson"} and "--" not in words:
        sys.stdout.write(json.dumps({"status": int(status), "problems": problems}, indent=2) + "\n")
