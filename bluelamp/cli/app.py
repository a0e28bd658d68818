"""The command's verbs and how it fails."""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from pkgutil import iter_modules
from traceback import format_exception
from typing import Any, Final, NoReturn

import typer
from typer.main import get_command

from bluelamp import __version__
from bluelamp.cli import envelope, verbs
from bluelamp.cli.screen import Logged, Screen, problem_of
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.text import printable
from bluelamp.errors import BluelampError, Status, UsageError
from bluelamp.gc_tuning import collect_less_often

_INTERRUPTED: Final = 130
_PROJECT: Final = "--project"
_loaded: Final[set[str]] = set()
"""The files of `verbs/` whose commands are registered."""
_PROJECT_HELP: Final = "The project's folder; by default the current folder, or one above it."

app = typer.Typer(
    name="bluelamp",
    help="Hybrid-cloud landing zones for policing: plan, check, rehearse and bring up a force's estate.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit status: 0 done; 1 the program or the engine failed; 2 invalid usage or settings; "
    "3 mandatory rules broken; 4 changes or drift where none were expected.",
)


@app.callback(invoke_without_command=True)
def _version(
    version: bool = typer.Option(False, "--version", help="Show the version and exit."),
    project: str | None = typer.Option(None, "--project", metavar="DIR", help=_PROJECT_HELP),
) -> None:
    # `main` has passed the project on to the command, if one was named.
    if version:
        sys.stdout.write(f"bluelamp {__version__}\n")
        raise typer.Exit


def load(verb: str = "") -> None:
    """Registers the command of each file in `verbs/`, once in a process, by discovery.

    If a file is named after `verb`, the others are not imported: importing them takes longer than some
    verbs do.
    """
    found = sorted(module.name for module in iter_modules(verbs.__path__))
    for name in [verb] if verb in found else found:
        if name not in _loaded:
            _loaded.add(name)
            import_module(f"{verbs.__name__}.{name}").add(app)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs the command and exits with its status; user errors are reported without a traceback."""
    collect_less_often()
    _prepare_streams()
    Logged.take_over()
    project, words = _parted(sys.argv[1:] if arguments is None else arguments)
    load(words[0] if words else "")
    Screen.begin()
    screen = Screen()
    status: object = Status.DONE
    try:
        words = _with_project(project, words)
        status = app(args=words, standalone_mode=False)
        if status == _INTERRUPTED:
            # Typer returns this status where it has caught a KeyboardInterrupt.
            _interrupted(screen)
        sys.stdout.flush()
    except BluelampError as error:
        screen.error(error.message, error.next_step)
        status = error.status
    except SettingsError as error:
        for problem in error.problems:
            screen.error(problem)
        status = Status.WRONG_USE
    except BrokenPipeError:
        status = Status.FAILED
        Screen.wanted = False
    except (KeyboardInterrupt, typer.Abort):
        status = _interrupted(screen)
    except OSError as error:
        status = _system_failed(screen, error)
    except Exception as error:
        status = _misused(screen, error)
    status = status if isinstance(status, int) else Status.DONE
    status = _give(screen, words, status)
    _end_streams()
    sys.exit(status)


def _interrupted(screen: Screen) -> int:
    screen.say("interrupted")
    Screen.problems.append(problem_of("interrupted"))
    return _INTERRUPTED


def _parted(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """The `--project DIR` in front of the command's name, as its words; and the words from that name on."""
    words = list(arguments)
    taken: list[str] = []
    while words and (words[0] == _PROJECT or words[0].startswith(f"{_PROJECT}=")):
        count = 1 if "=" in words[0] else 2
        taken, words = words[:count], words[count:]
    return taken, words


def _with_project(project: list[str], words: list[str]) -> list[str]:
    """`words` with the options `project` behind the command's name.

    Raises `UsageError` for a command that has no such option, and where no command is named.
    """
    if not project or words[:1] in (["--help"], ["-h"], ["--version"]):
        return words
    if len(project) == 1 and "=" not in project[0]:
        raise UsageError(f"{_PROJECT} needs a folder", next_step=f"bluelamp {_PROJECT} DIR check FORCE")
    if not words:
        raise UsageError(f"{_PROJECT} needs a command", next_step=f"bluelamp {' '.join(project)} check FORCE")
    command: Any = get_command(app)
    depth = 0
    while depth < len(words) and words[depth] in getattr(command, "commands", {}):
        command = command.commands[words[depth]]
        depth += 1
    if not depth or hasattr(command, "commands"):
        return words
    if not any(_PROJECT in each.opts for each in command.params):
        step = "leave it out, and change to the project's folder"
        raise UsageError(f"bluelamp {' '.join(words[:depth])} takes no {_PROJECT}", next_step=step)
    return [*words[:depth], *project, *words[depth:]]


def _give(screen: Screen, words: list[str], status: int) -> int:
    """Writes the JSON document if `--format json` is given, and returns the exit status.

    Where the command line could not be parsed, its words alone decide whether the output is JSON.
    """
    early = bool(Screen.problems) and envelope.asks_for_json(words)
    name, takes_format = _named(words) if Screen.wanted or early else ("", False)
    if not Screen.wanted and not (early and takes_format):
        return status
    try:
        envelope.emit(name, Screen.result, status, Screen.problems)
        sys.stdout.flush()
    except BrokenPipeError:
        return Status.FAILED
    except OSError as error:
        return _system_failed(screen, error)
    return status


def _named(words: list[str]) -> tuple[str, bool]:
    """The command that the words name, such as `cloud ls`, and whether it has `--format`; true where none is named."""
    command: Any = get_command(app)
    named: list[str] = []
    for word in words:
        inner = getattr(command, "commands", {}).get(word)
        if inner is None:
            break
        named.append(word)
        command = inner
    return " ".join(named), hasattr(command, "commands") or any(each.name == "form" for each in command.params)


def _prepare_streams() -> None:
    """Makes stdout and stderr accept any text, even if the parent process has closed them.

    Otherwise a file opened later would reuse the file descriptor of a closed stream and receive its output.
    """
    for name, number in (("stdin", 0), ("stdout", 1), ("stderr", 2)):
        if getattr(sys, name) is None:
            mode = "r" if number == 0 else "w"
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - to the end of the process
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A character that the terminal's encoding lacks is shown as its escape.
            stream.reconfigure(errors="backslashreplace")


def _end_streams() -> None:
    """Flushes both streams. Write errors were reported already, so the interpreter does not report them again."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            with suppress(OSError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _system_failed(screen: Screen, error: OSError) -> int:
    """Reports an operating system error (disk full, no permission) that no verb handled; returns the exit status."""
    place = error.filename if isinstance(error.filename, str) else ""
    message = error.strerror or str(error) or type(error).__name__
    with suppress(OSError):
        screen.error(Problem(place, message=message) if place else message)
    return Status.FAILED


def _misused(screen: Screen, error: Exception) -> int:
    """Reports a command line that Typer rejects, and returns its exit status; for any other exception, where it
    was raised.

    The words, and the text of an exception, may hold names of files: nothing in them reaches the terminal unescaped.
    """
    from typer.rich_utils import rich_format_error

    format_message = getattr(error, "format_message", None)
    if format_message is None:
        screen.error(
            f"{type(error).__name__}: {error}",
            "report this: it is a bug in Bluelamp",
            more=["".join(format_exception(error))],
        )
        return Status.FAILED
    message = printable(format_message())
    Screen.problems.append(problem_of(message))
    error.format_message = lambda: message  # type: ignore[attr-defined] # Typer does not export its exceptions
    rich_format_error(error)  # type: ignore[arg-type]
    return int(getattr(error, "exit_code", Status.WRONG_USE))
