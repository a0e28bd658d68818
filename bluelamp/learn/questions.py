"""Questions that a learner answers in a file, and whether the answers are those that are computed."""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from bluelamp.core.problems import Problem
from bluelamp.core.source import show
from bluelamp.core.suggestions import did_you_mean_or
from bluelamp.learn.answers import ANSWERS, KINDS
from bluelamp.learn.exercise import Exercise, Question

if TYPE_CHECKING:
    from bluelamp.learn.at import At


def fact(exercise: Exercise, name: str) -> Callable[..., Any]:
    """What computes an answer: a function of the exercise's own `facts.py`, else of the shared ones.

    Raises `KeyError` where there is none of this name.
    """
    from bluelamp.learn.facts import FACTS

    own: Mapping[str, Callable[..., Any]] = {}
    if (exercise.folder / "facts.py").is_file():
        own = vars(import_module(f"bluelamp.learn.exercises.{exercise.folder.name}.facts"))
    return own.get(name.replace("-", "_")) or FACTS[name]


def check(at: "At") -> Iterator[Problem]:
    """What is wrong with the answers. Raises `SettingsError` where the file cannot be read."""
    source = at.read(ANSWERS)
    given = source.values if isinstance(source.values, dict) else {}
    known = [each.id for each in at.exercise.questions]
    for key in given:
        if key not in known:
            step = did_you_mean_or(str(key), known, lead="known here:")
            yield source.problem((key,), "there is no such question", str(key), "", step, key=True)
    for each in at.exercise.questions:
        answer = given.get(each.id)
        if answer is None:
            yield source.problem((each.id,), "has no answer", "", KINDS[each.kind], f"answer: {each.ask}", key=True)
        elif not _is_of(each, answer):
            yield source.problem((each.id,), f"{show(answer)} is not {KINDS[each.kind]}", show(answer))
        elif _plain(answer) != _plain(fact(at.exercise, each.fact)(at, **each.given)):
            message = f"{_shown(answer)} is not the answer to: {each.ask}"
            yield source.problem((each.id,), message, _shown(answer), next_step=f"look again: {each.look}")


def _is_of(question: Question, answer: Any) -> bool:
    if question.kind == "number":
        return isinstance(answer, int) and not isinstance(answer, bool)
    if question.kind == "list":
        return isinstance(answer, list) and all(isinstance(each, (str, int, float)) for each in answer)
    return isinstance(answer, (str, int, float, bool))


def _plain(answer: Any) -> Any:
    """An answer for comparison: text without case and outer spaces, true and false as yes and no, lists unordered."""
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    if isinstance(answer, (list, tuple, set, frozenset)):
        return frozenset(str(each).strip().casefold() for each in answer)
    return answer if isinstance(answer, int) else str(answer).strip().casefold()


def _shown(answer: Any) -> str:
    return ", ".join(map(str, answer)) or "an empty list" if isinstance(answer, list) else show(answer, quote=False)
