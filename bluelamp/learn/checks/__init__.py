"""The checks that exercises are made of, a module each.

A module has `Wanted`, what an exercise's data says, and `check(at, wanted)`, which yields what is not so yet. An
exercise names them by the module: `planned`, `own-rules`. There is no list to keep.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bluelamp.core.problems import Problem
from bluelamp.learn import questions

if TYPE_CHECKING:
    from bluelamp.learn.at import At
    from bluelamp.learn.exercise import Exercise


def check(at: "At") -> list[Problem]:
    """Everything that is not yet as the exercise asks for; nothing where it is solved.

    Raises `SettingsError` for mistakes in the learner's files, and `UsageError` where a file or deployment that is
    needed is missing.
    """
    found: list[Problem] = []
    if at.exercise.questions:
        found += questions.check(at)
    for each in at.exercise.checks:
        found += _made(at, each)
    if (at.exercise.folder / "check.py").is_file():
        found += import_module(f"bluelamp.learn.exercises.{at.exercise.folder.name}.check").check(at)
    return list(dict.fromkeys(found))


def parsed(exercise: "Exercise") -> Iterator[Any]:
    """What the exercise's data wants of each check. Raises `ValueError` where there is no such check."""
    for each in exercise.checks:
        yield _parts(each)[1]


def _made(at: "At", entry: Mapping[str, Any]) -> Iterator[Problem]:
    module, wanted = _parts(entry)
    yield from module.check(at, wanted)


def _parts(entry: Mapping[str, Any]) -> tuple[Any, Any]:
    ((kind, data),) = entry.items()
    name = kind.replace("-", "_")
    if not (Path(__file__).parent / f"{name}.py").is_file():
        raise ValueError(f"there is no check {kind!r}")
    module = import_module(f"{__name__}.{name}")
    return module, module.Wanted.model_validate(data or {})
