"""The page of the commands, from the parser; and that of the exit statuses, from their definitions."""

import inspect
from collections.abc import Iterator
from enum import Enum
from typing import Any

from docs.generator.text import code, page, table


def command() -> str:
    """Every verb, argument and option of the command."""
    from typer.main import get_command

    from bluelamp.cli import app as module

    module.load()
    parts = [f"{module.app.info.help}", f"{module.app.info.epilog}"]
    for path, verb in sorted(_verbs(get_command(module.app), ("bluelamp",))):
        rows = [row for parameter in verb.params if (row := _row(parameter))]
        parts += [f"## `{' '.join(path)}`", inspect.cleandoc(verb.help or ""), table(("option", "means"), rows)]
    return page("The command", *parts)


def _verbs(group: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, verb in group.commands.items():
        if hasattr(verb, "commands"):
            yield from _verbs(verb, (*path, name))
        else:
            yield (*path, name), verb


def _row(parameter: Any) -> tuple[str, str] | None:
    if getattr(parameter, "hidden", False):
        return None
    said = (parameter.help or "").strip()
    if parameter.param_type_name == "argument":
        return code(parameter.metavar or parameter.name.upper()), said
    taken = f" {parameter.metavar}" if parameter.metavar else ""
    names = ", ".join(code(name + taken) for name in (*parameter.opts, *parameter.secondary_opts))
    notes = list(_notes(parameter))
    return names, said + (f" ({'; '.join(notes)})" if notes else "")


def _notes(parameter: Any) -> Iterator[str]:
    """The values that an option takes, its default and its environment variable; nothing for a flag."""
    if getattr(parameter, "is_flag", False):
        return
    kind, default = parameter.type_descriptor.annotation, parameter.default
    if isinstance(kind, type) and issubclass(kind, Enum):
        yield ", ".join(code(str(each.value)) for each in kind)
    if default is not None and not callable(default) and default not in ((), [], ""):
        yield f"default {code(str(default.value if isinstance(default, Enum) else default))}"
    if parameter.envvar:
        yield f"environment variable {code(parameter.envvar)}"


def statuses() -> str:
    """The meaning of each exit status, and their order of precedence."""
    from bluelamp.errors import WORST_FIRST, Status

    means = {
        Status.DONE: "Done. Advisory rules may fail.",
        Status.FAILED: "The program or the engine failed, or a file could not be written.",
        Status.WRONG_USE: "Invalid usage or settings. The message names each mistake with its place and the next step.",
        Status.RULES_BROKEN: "Mandatory rules are broken, or a mandatory rule that must be judged could not be.",
        Status.CHANGES_FOUND: "Changes or drift where none were expected: `drift`, and `--expect-no-changes`.",
    }
    return page(
        "Exit statuses",
        "Every command ends with one of these. A pipeline can rely on them: they are part of the interface.",
        table(("status", "means"), ((str(each.value), means[each]) for each in Status)),
        "Status 130 means that Ctrl-C interrupted the command, or a signal (SIGTERM, SIGHUP) a command that runs the "
        "engine. "
        "Where a command works on several forces, the most serious status is that of the command, in this order: "
        + ", ".join(str(each.value) for each in WORST_FIRST)
        + ".",
        "Results go to stdout; progress and logs go to stderr. With `--format json`, `status` in the document is the "
        "exit status ([JSON output](json.md)).",
    )
