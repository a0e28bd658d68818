"""Tests rules against their cases, and checks their texts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from bluelamp.core.files import read
from bluelamp.core.os_errors import reason_of
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.reader import name_of
from bluelamp.core.suggestions import did_you_mean_or
from bluelamp.policies.cases import file_of
from bluelamp.policies.judging import judge
from bluelamp.policies.model import Case, Judgement, Verdict
from bluelamp.policies.own import FOLDER, line_of
from bluelamp.policies.rule import Rule

LONGEST: Final = 80
"""The maximum length of a title or a failure, in characters."""
SHORTEST: Final = 10
MAX_BYTES: Final = 4_000_000
"""The maximum size of a file of cases, in bytes."""
_WANTED: Final = (Verdict.PASS, Verdict.FAIL)


@dataclass(frozen=True, slots=True)
class Result:
    """A case: its file and line, its name, and the difference from the expected result, empty if there is none."""

    where: str
    name: str
    difference: str


def checked(rules: Sequence[Rule], folder: Path, root: Path) -> None:
    """Checks the texts and the cases of `rules`. Raises `SettingsError` with every problem."""
    problems: list[Problem] = []
    titles: dict[str, str] = {}
    for rule in rules:
        file = file_of(rule.module).with_suffix(".py")
        name, line = name_of(file, root), line_of(file, rule.id)
        for each in _texts(rule, titles):
            problems.append(Problem(name, line, path=rule.id, message=each))
    for module in dict.fromkeys(rule.module for rule in rules):
        problems += _cases([rule for rule in rules if rule.module == module], file_of(module), root)
    if problems:
        raise SettingsError(problems)


def run(rule: Rule, root: Path) -> list[Result]:
    """The result of every case of `rule`."""
    file = file_of(rule.module)
    lines = _lines(file).get(rule.id, [])
    return [
        Result(f"{name_of(file, root)}:{line}", case.name, _difference(case, rule))
        for line, case in zip(lines, rule.cases, strict=False)
    ]


def _difference(case: Case, rule: Rule) -> str:
    try:
        used = rule.using(**case.parameters) if case.parameters else rule
    except ValueError as error:
        return str(error)
    found = [each for each in judge(case.resources, [used]) if each.urn == case.resources[0].urn]
    if not found:
        return f"{case.resources[0].type} is not a type that the rule applies to"
    judgement = found[0]
    if judgement.verdict is not case.verdict:
        return f"expected {case.verdict}, found {_described(judgement)}"
    if case.path is not None and judgement.path != case.path:
        return f"expected the path {case.path!r}, found {judgement.path!r}"
    return ""


def _described(judgement: Judgement) -> str:
    return f"{judgement.verdict}: {judgement.message}" if judgement.message else str(judgement.verdict)


def _texts(rule: Rule, titles: dict[str, str]) -> Iterator[str]:
    for what, text in (("title", rule.title), ("failure", rule.failure)):
        if not SHORTEST <= len(text) <= LONGEST or not text.isprintable():
            yield f"its {what} has {len(text)} characters; {SHORTEST} to {LONGEST} on one line are allowed"
        other = titles.setdefault(text.casefold(), rule.id)
        if other != rule.id:
            yield f"its {what} is a title of {other} already"
    if not rule.rationale.endswith("."):
        yield "its rationale is not a sentence: end it with a full stop"
    if not rule.fix.endswith("."):
        yield "its fix is not a sentence: end it with a full stop"


def _cases(rules: Sequence[Rule], file: Path, root: Path) -> Iterator[Problem]:
    """The problems with the cases of the `rules` of one module."""
    name = name_of(file, root)
    ids = [rule.id for rule in rules]
    try:
        lines = _lines(file)
    except FileNotFoundError:
        step = f"add {FOLDER}/{file.name} with a case that passes and one that fails of each rule"
        yield Problem(name, message="is missing: it holds the cases of the module", next_step=step)
        return
    except OSError as error:
        yield Problem(name, message=f"cannot be read: {reason_of(error)}")
        return
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        yield Problem(name, line, column, message=f"is not YAML: {error.problem}")
        return
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        yield Problem(name, message=f"cannot be read: {str(error).splitlines()[0]}")
        return
    for id_, places in lines.items():
        if id_ not in ids:
            line = places[0] if places else 0
            step = did_you_mean_or(id_, ids, lead="rules here:")
            yield Problem(name, line, path=id_[:60], message="is not a rule of the module", next_step=step)
    for rule in rules:
        yield from _cases_of(rule, name, lines.get(rule.id, []))


def _cases_of(rule: Rule, name: str, lines: Sequence[int]) -> Iterator[Problem]:
    try:
        cases: Sequence[Case] = rule.cases
    except Exception as error:
        number = str(error).partition("case ")[2].partition(":")[0]
        line = lines[int(number) - 1] if number.isdigit() and int(number) <= len(lines) else (lines or [0])[0]
        message = str(error) if isinstance(error, ValueError) else f"is not a list of cases: {type(error).__name__}"
        yield Problem(name, line, path=rule.id, message=message, next_step="see docs/own-rules.md")
        return
    missing = [verdict for verdict in _WANTED if verdict not in {case.verdict for case in cases}]
    if missing:
        message = " and ".join(f"no case that is `{verdict}`" for verdict in missing)
        yield Problem(name, (lines or [0])[0], path=rule.id, message=f"has {message}")


def _lines(file: Path) -> dict[str, list[int]]:
    """The lines of the cases in `file`, from 1, by rule id. Raises OSError and YAML's errors."""
    text = read(file, MAX_BYTES).decode("utf-8")
    node: Any = yaml.compose(text, Loader=yaml.CSafeLoader)
    if node is None:
        return {}
    if not isinstance(node, yaml.MappingNode):
        raise yaml.YAMLError("it is not a mapping of ids to cases")
    return {
        str(key.value): [each.start_mark.line + 1 for each in value.value]
        if isinstance(value, yaml.SequenceNode)
        else [key.start_mark.line + 1]
        for key, value in node.value
    }
