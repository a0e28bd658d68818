"""Inherited baselines: rules tightened by the country, by a region and by a force."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from bluelamp.core.problems import Problem
from bluelamp.core.source import problem_at
from bluelamp.core.suggestions import did_you_mean
from bluelamp.policies.model import Enforcement
from bluelamp.policies.rule import Rule

if TYPE_CHECKING:
    from bluelamp.policies.settings import Layer, Setting

EXEMPT_INSTEAD: Final = "a baseline may only tighten; for a deviation of the force, write an exemption"


def tightened(rules: Iterable[Rule], layer: "Layer") -> tuple[tuple[Rule, ...], tuple[Problem, ...]]:
    """`rules` tightened by `layer`, and its mistakes: settings that loosen a rule or are unknown."""
    known = {rule.id: rule for rule in rules}
    mistakes: list[Problem] = []
    for id_, setting in layer.rules.items():
        steps = ("rules", id_)
        if id_ in known:
            known[id_] = _set(known[id_], setting, steps, mistakes)
        else:
            mistakes.append(
                problem_at(steps, f"there is no rule {id_}", next_step=did_you_mean(id_, known) or "bluelamp explain")
            )
    return tuple(known.values()), tuple(mistakes)


def configured(
    rules: Iterable[Rule], enforcements: Mapping[str, Enforcement | None], parameters: Mapping[str, Mapping[str, Any]]
) -> tuple[tuple[Rule, ...], tuple[Problem, ...]]:
    """`rules` tightened by the engine's configuration, and its mistakes: settings that loosen a rule or are unknown.

    Both mappings are by rule id; None as enforcement disables a rule. Values that a rule already has are ignored, as
    the engine repeats them.
    """
    from bluelamp.policies.settings import Layer, Setting

    mistakes: list[Problem] = []
    settings: dict[str, Setting] = {}
    known = {rule.id: rule for rule in rules}
    for id_ in sorted({*enforcements, *parameters}):
        rule = known.get(id_)
        enforcement = enforcements.get(id_, rule.enforcement if rule else None)
        if rule and enforcement is None:
            mistakes.append(problem_at(("rules", id_), f"{id_} cannot be disabled", next_step=EXEMPT_INSTEAD))
            continue
        changed = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in parameters.get(id_, {}).items()
            if rule is None or name not in rule.parameters or value != rule.parameters[name]
        }
        if rule is None or changed or enforcement is not rule.enforcement:
            settings[id_] = Setting(enforcement=enforcement, parameters=changed)
    if not settings:
        return tuple(known.values()), tuple(mistakes)
    tighter, more = tightened(known.values(), Layer(rules=settings))
    return tighter, (*mistakes, *more)


def _set(rule: Rule, setting: "Setting", steps: tuple[str, ...], mistakes: list[Problem]) -> Rule:
    if setting.enforcement is Enforcement.ADVISORY and rule.enforcement is Enforcement.MANDATORY:
        mistakes.append(
            problem_at((*steps, "enforcement"), f"{rule.id} is mandatory already", "advisory", next_step=EXEMPT_INSTEAD)
        )
    elif setting.enforcement:
        rule = replace(rule, enforcement=setting.enforcement)
    valid: dict[str, Any] = {}
    for name, value in setting.parameters.items():
        problem = _problem(rule, name, value, (*steps, "parameters", name))
        if problem:
            mistakes.append(problem)
        else:
            valid[name] = tuple(value) if isinstance(value, list) else value
    return rule.using(**valid) if valid else rule


def _problem(rule: Rule, name: str, value: Any, steps: tuple[str, ...]) -> Problem | None:
    """The problem with setting the parameter `name` to `value`, if any."""
    if name not in rule.parameters:
        has = f"it has: {', '.join(sorted(rule.parameters))}" if rule.parameters else "it has none"
        return problem_at(
            steps, f"{rule.id} has no parameter {name}", allowed=has, next_step=did_you_mean(name, rule.parameters)
        )
    current, direction = rule.parameters[name], rule.tighter.get(name)
    if direction is None:
        return problem_at(steps, f"{rule.id} declares no stricter direction for {name}, so it cannot be set")
    kind = _kind(current)
    if not _is(value, kind):
        return problem_at(steps, f"is not {kind}", _shown(value), f"now {_shown(current)}")
    if not direction.holds(current, tuple(value) if isinstance(value, list) else value):
        return problem_at(
            steps, f"would loosen {rule.id}: {direction}", _shown(value), f"now {_shown(current)}", EXEMPT_INSTEAD
        )
    return None


_WHOLES: Final = "a list of whole numbers"
_TEXTS: Final = "a list of text"
_NUMBER: Final = "a number"
_TEXT: Final = "text"


def _kind(current: Any) -> str:
    if isinstance(current, tuple):
        return _WHOLES if current and isinstance(current[0], int) else _TEXTS
    return _TEXT if isinstance(current, str) else _NUMBER


def _is(value: Any, kind: str) -> bool:
    if kind == _NUMBER:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind == _TEXT:
        return isinstance(value, str)
    wanted = int if kind == _WHOLES else str
    return isinstance(value, list) and all(isinstance(item, wanted) and not isinstance(item, bool) for item in value)


def _shown(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(str(item) for item in value) + "]"
    return "a mapping" if isinstance(value, Mapping) else str(value)
