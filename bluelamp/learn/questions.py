"""Checks a learner's answers to questions against the computed answers."""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from bluelamp.core.problems import Problem
from bluelamp.core.source import show
from bluelamp.core.suggestions import did_you_mean_or
from bluelamp.learn.answers import ANSWERS, KINDS
from bluelamp.learn.exercise import Exercise, Question

if TYPE_CHECKING:
    from bluelamp.learn.project import LearnerProject


def fact(exercise: Exercise, name: str) -> Callable[..., Any]:
    """The function that computes an answer, from the exercise's own `facts.py`, else from `learn.facts`.

    Raises `KeyError` if there is none of this name.
    """
    from bluelamp.learn.facts import FACTS

    own: Mapping[str, Callable[..., Any]] = {}
    if (exercise.folder / "facts.py").is_file():
        own = vars(import_module(f"bluelamp.learn.exercises.{exercise.folder.name}.facts"))
    return own.get(name.replace("-", "_")) or FACTS[name]


def check(project: "LearnerProject") -> Iterator[Problem]:
    """The mistakes in the answers. Raises `SettingsError` if the file cannot be read."""
    source = project.read(ANSWERS)
    answers = source.values if isinstance(source.values, dict) else {}
    known = [each.id for each in project.exercise.questions]
    for key in answers:
        if key not in known:
            step = did_you_mean_or(str(key), known, lead="known here:")
            yield source.problem((key,), "there is no such question", str(key), "", step, key=True)
    for each in project.exercise.questions:
        answer = answers.get(each.id)
        if answer is None:
            yield source.problem((each.id,), "has no answer", "", KINDS[each.kind], f"answer: {each.ask}", key=True)
        elif not _has_kind(each, answer):
            yield source.problem((each.id,), f"{show(answer)} is not {KINDS[each.kind]}", show(answer))
        elif _comparable(answer) != _comparable(fact(project.exercise, each.fact)(project, **each.arguments)):
            message = f"{_shown(answer)} is not the answer to: {each.ask}"
            yield source.problem((each.id,), message, _shown(answer), next_step=f"look again: {each.look}")


def _has_kind(question: Question, answer: Any) -> bool:
    if question.kind == "number":
        return isinstance(answer, int) and not isinstance(answer, bool)
    if question.kind == "list":
        return isinstance(answer, list) and all(isinstance(each, (str, int, float)) for each in answer)
    return isinstance(answer, (str, int, float, bool))


def _comparable(answer: Any) -> Any:
    """An answer for comparison: text in lower case and stripped, true and false as yes and no, lists unordered."""
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    if isinstance(answer, (list, tuple, set, frozenset)):
        return frozenset(str(each).strip().casefold() for each in answer)
    return answer if isinstance(answer, int) else str(answer).strip().casefold()


def _shown(answer: Any) -> str:
    return ", ".join(map(str, answer)) or "an empty list" if isinstance(answer, list) else show(answer, quote=False)
