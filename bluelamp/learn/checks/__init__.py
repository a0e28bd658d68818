"""The checks that exercises use, one per module.

A module has `Wanted`, the arguments in an exercise's data, and `check(project, wanted)`, which yields problems. An
exercise names a check by its module: `planned`, `own-rules`.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bluelamp.core.problems import Problem
from bluelamp.learn import questions

if TYPE_CHECKING:
    from bluelamp.learn.exercise import Exercise
    from bluelamp.learn.project import LearnerProject


def check(project: "LearnerProject") -> list[Problem]:
    """Everything that the exercise still requires; empty if it is solved.

    Raises `SettingsError` for mistakes in the learner's files, and `UsageError` if a required file or deployment is
    missing.
    """
    found: list[Problem] = []
    if project.exercise.questions:
        found += questions.check(project)
    for each in project.exercise.checks:
        found += _problems(project, each)
    if (project.exercise.folder / "check.py").is_file():
        found += import_module(f"bluelamp.learn.exercises.{project.exercise.folder.name}.check").check(project)
    return list(dict.fromkeys(found))


def parsed(exercise: "Exercise") -> Iterator[Any]:
    """The arguments of each check of the exercise. Raises `ValueError` if there is no such check."""
    for each in exercise.checks:
        yield _module_and_data(each)[1]


def _problems(project: "LearnerProject", entry: Mapping[str, Any]) -> Iterator[Problem]:
    module, wanted = _module_and_data(entry)
    yield from module.check(project, wanted)


def _module_and_data(entry: Mapping[str, Any]) -> tuple[Any, Any]:
    ((kind, data),) = entry.items()
    name = kind.replace("-", "_")
    if not (Path(__file__).parent / f"{name}.py").is_file():
        raise ValueError(f"there is no check {kind!r}")
    module = import_module(f"{__name__}.{name}")
    return module, module.Wanted.model_validate(data or {})
