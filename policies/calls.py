"""Checks the arguments of a module's calls of `rule`, `require` and `Must`.

Python itself reports only the first mistake, with a general message.
"""

import ast
from collections.abc import Callable, Iterator, Mapping
from inspect import Parameter, signature
from pathlib import Path
from typing import Any, Final

from bluelamp.core.files import read
from bluelamp.core.problems import Problem
from bluelamp.core.suggestions import did_you_mean
from bluelamp.policies.rule import Must, require, rule

_MODULE: Final = "bluelamp.policies.rule"
_CHECKED: Final[Mapping[str, Callable[..., Any]]] = {"rule": rule, "require": require, "Must": Must}
_LARGEST: Final = 1_000_000


def mistakes(file: Path, name: str) -> Iterator[Problem]:
    """The missing, unknown and duplicate fields in the calls of `file`, which messages call `name`.

    Yields nothing if the file cannot be read. Calls that unpack arguments are skipped.
    """
    try:
        tree = ast.parse(read(file, _LARGEST))
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return
    called = _names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (what := _called(node, called)):
            yield from _mistakes_in(node, what, name)


def _names(tree: ast.Module) -> dict[str, str]:
    """The checked functions by their names in the module."""
    return {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == _MODULE
        for alias in node.names
        if alias.name in _CHECKED
    }


def _called(node: ast.Call, names: Mapping[str, str]) -> str:
    return names.get(node.func.id, "") if isinstance(node.func, ast.Name) else ""


def _mistakes_in(node: ast.Call, what: str, name: str) -> Iterator[Problem]:
    if any(isinstance(each, ast.Starred) for each in node.args) or any(each.arg is None for each in node.keywords):
        return
    parameters = signature(_CHECKED[what]).parameters
    positional = [key for key, each in parameters.items() if each.kind is Parameter.POSITIONAL_OR_KEYWORD]
    positional_given = positional[: len(node.args)]
    keywords = {each.arg: each for each in node.keywords if each.arg is not None}
    where = "" if what == "Must" else _id(node, keywords)
    subject = what if what == "Must" else "the rule"
    for key in sorted(keywords.keys() - parameters.keys()):
        missing = [each for each in parameters if each not in keywords and each not in positional_given]
        step = did_you_mean(key, missing) or f"it may have: {', '.join(parameters)}"
        message = f"{subject} has an unknown field: {key}"
        yield Problem(name, keywords[key].lineno, keywords[key].col_offset + 1, where, message, next_step=step)
    for key in (each for each in positional_given if each in keywords):
        yield Problem(name, keywords[key].lineno, keywords[key].col_offset + 1, where, f"{subject} has {key} twice")
    if len(node.args) > len(positional):
        extra = node.args[len(positional)]
        step = "write the field's name before each of the others: severity=…"
        message = f"{subject} has a value without the name of its field"
        yield Problem(name, extra.lineno, extra.col_offset + 1, where, message, next_step=step)
    for key, each in parameters.items():
        if each.default is Parameter.empty and key not in keywords and key not in positional_given:
            step = f"add {key}=…; docs/own-rules.md says what a rule needs"
            yield Problem(name, node.lineno, 0, where, f"{subject} lacks the field {key}", next_step=step)


def _id(node: ast.Call, given: Mapping[str, ast.keyword]) -> str:
    """The rule's id, if it is a literal."""
    value = node.args[0] if node.args else given["id"].value if "id" in given else None
    return str(value.value)[:60] if isinstance(value, ast.Constant) else ""
