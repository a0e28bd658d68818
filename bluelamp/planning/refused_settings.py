"""Finds the setting that the program or the cloud refuses after validation has accepted it.

The message of a module's own check or of the cloud quotes the value, which is then looked up in the stack file.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.reader import content_of, parse
from bluelamp.core.source import Source, Steps, show, spell
from bluelamp.infra.settings.layers import PREFIX, STACK_FILE

_SHORTEST: Final = 2
"""The minimum length of a quoted value."""
_QUOTES: Final = (("'", "'"), ('"', '"'), (" provided: ", "."), (" provided: ", " "))
_STEP: Final = "correct the value; `bluelamp explain` describes settings and rules"


def problem_of(error: Exception, force: str, root: Path) -> Problem | None:
    """The problem in the settings that made the program raise `error`; None if the program itself is at fault.

    A `ValueError` from the program's own code counts as a refusal of its arguments, which come from the settings.
    """
    source = source_of(force, root)
    text = f"{error}"
    found = _quoted(source, text)
    if found is None and not (isinstance(error, ValueError) and _raised_by_program(error)):
        return None
    return _problem(source, found, f"the program refuses it: {text}")


def refusals(force: str, root: Path, reasons: Iterable[str]) -> list[Problem]:
    """The problems for the cloud's refusals that quote a setting."""
    source = source_of(force, root)
    found = [(each, _quoted(source, each)) for each in dict.fromkeys(reasons)]
    return [_problem(source, steps, f"Azure or Kubernetes refuses it: {each}") for each, steps in found if steps]


def source_of(force: str, root: Path) -> Source:
    """A force's stack file with its positions; empty if it cannot be read."""
    name = STACK_FILE.format(slug=force)
    try:
        return parse(*content_of(root / name, root))
    except SettingsError:
        return Source(name)


def _problem(source: Source, steps: Steps | None, message: str) -> Problem:
    steps = steps or ("config",)
    value: Any = source.values
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else value[int(step)] if isinstance(value, list) else None
    found = show(value, quote=False) if spell(steps) else ""
    return source.problem(steps, message, found if isinstance(value, (str, int, float)) else "", "", _STEP)


def _quoted(source: Source, text: str) -> Steps | None:
    """The path of the longest value that `text` quotes; the last of several equal ones."""
    best: tuple[int, Steps] | None = None
    for steps, value in _leaves(source.values, ()):
        word = str(value)
        if len(word) < _SHORTEST or not any(f"{begin}{word}{end}" in f"{text} " for begin, end in _QUOTES):
            continue
        if best is None or len(word) >= best[0]:
            best = len(word), steps
    return None if best is None else best[1]


def _leaves(value: object, steps: Steps) -> Iterator[tuple[Steps, object]]:
    """The scalar values of Bluelamp's own settings."""
    if isinstance(value, dict):
        for key, item in value.items():
            if len(steps) != 1 or str(key).startswith(PREFIX):
                yield from _leaves(item, (*steps, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, (*steps, index))
    elif steps[:1] == ("config",) and isinstance(value, str | int | float) and not isinstance(value, bool):
        yield steps, value


def _raised_by_program(error: Exception) -> bool:
    """Whether the program's own code raised the error, rather than a library."""
    from bluelamp import infra, modules

    folders = [str(Path(next(iter(package.__path__)))) for package in (infra, modules)]
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and any(trace.tb_frame.f_code.co_filename.startswith(folder) for folder in folders)
