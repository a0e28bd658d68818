"""The expressions of ARM templates: `[concat('kv-', parameters('force'))]`.

Values that are unknown before deployment are open: an `Open` is a string with unknown parts. Open values with equal
parts are equal, so a name built with `uniqueString` is recognised at each use. An unknown function returns an open
value.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from bluelamp.resources.budget import Budget
from bluelamp.resources.located import Located, fold, members
from bluelamp.resources.templates.grammar import BadExpression, Called, Constant, Member, Node, parsed

LONGEST: Final = 1_000_000
"""The maximum length of a string and of a list; ARM's limits are far lower."""
_MOST_PARTS: Final = 10_000
_LONGEST_KEY: Final = 2_000
_BRANCHES: Final = 3


@dataclass(frozen=True, slots=True)
class Atom:
    """An unknown value, identified by its expression.

    `shown` is its form inside an id (`{subscriptionId}`); empty for others.
    """

    key: str
    shown: str = ""

    @property
    def brief(self) -> str:
        """The function that computes it, or the name of a parameter."""
        if self.shown:
            return self.shown.strip("{}")
        function, _, rest = self.key.partition("(")
        return rest.rstrip(")") if function in {"parameters", "variables"} else function


@dataclass(frozen=True, slots=True)
class Open:
    """An unknown value: known strings and atoms, in order."""

    parts: tuple[str | Atom, ...]

    def __str__(self) -> str:
        return "".join(part if isinstance(part, str) else f"<{part.key}>" for part in self.parts)

    @property
    def brief(self) -> str:
        """The value for display: `kv-essex-<uniquestring>`."""
        return "".join(part if isinstance(part, str) else f"<{part.brief}>" for part in self.parts)


def unknown(key: str) -> Open:
    """An unknown value, identified by its expression `key`."""
    if len(key) > _LONGEST_KEY:  # values with equal keys stay equal
        key = f"{key[: _LONGEST_KEY // 2]}…{sha256(key.encode(errors='replace')).hexdigest()}"
    return Open((Atom(key),))


def joined(*values: Any) -> Any:
    """The concatenated values; open if any of them is."""
    parts: list[str | Atom] = []
    run: list[str] = []
    length = 0
    for value in values:
        if isinstance(value, (dict, list)) and is_open(value):
            value = unknown(str(value))  # noqa: PLW2901 - an unknown text
        for part in value.parts if isinstance(value, Open) else (text(value),):
            if isinstance(part, str):
                length += len(part)
                run.append(part)
            else:
                parts += _joined(run)
                parts.append(part)
                run = []
            if length > LONGEST:
                raise BadExpression(f"its result has more than {LONGEST:,} characters")
            if len(parts) > _MOST_PARTS:
                raise BadExpression(f"its result has more than {_MOST_PARTS:,} unknown parts")
    if not parts:
        return "".join(run)
    return Open((*parts, *_joined(run)))


def _joined(run: list[str]) -> list[str]:
    whole = "".join(run)
    return [whole] if whole else []


def segments(value: Any) -> list[Any]:
    """The segments of a string between known slashes."""
    pieces: list[list[Any]] = [[]]
    for part in value.parts if isinstance(value, Open) else (str(value),):
        if isinstance(part, Atom):
            pieces[-1].append(Open((part,)))
            continue
        first, *rest = part.split("/")
        pieces[-1].append(first)
        pieces += [[each] for each in rest]
    return [joined(*piece) for piece in pieces]


def text(value: Any) -> str:
    """A known value as a string in the template language."""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, (dict, list)):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return "" if value is None else str(value)


def is_open(value: Any) -> bool:
    """Whether `value` or anything in it is unknown."""
    if isinstance(value, Mapping):
        return any(is_open(item) for item in value.values())
    return any(is_open(item) for item in value) if isinstance(value, list) else isinstance(value, Open)


_LOOKUPS: Final = frozenset({"parameters", "variables", "lambdavariables"})
"""Functions whose results are already counted against the budget."""

Call = Callable[[str, list[Any], Callable[[], str]], Any]
"""Calls a function, with its name in lower case, its arguments, and a function that returns the call's text."""


class Pending:
    """A value with lazily computed members, such as the result of a deployment. As a whole it is open."""

    def get(self, key: str) -> Any:
        """The member `key`."""
        return unknown(f"{self}.{key}")


@dataclass(frozen=True, slots=True)
class Lambda:
    """A `lambda(...)`: the names of its variables, the function that evaluates it, and its text."""

    names: tuple[str, ...]
    evaluate: Callable[[Mapping[str, Any]], Any]
    call_text: Callable[[], str]

    def __call__(self, *values: Any) -> Any:
        """The result for these values. The index after an item is optional."""
        return self.evaluate(dict(zip(self.names, values, strict=False)))

    def __str__(self) -> str:
        return self.call_text()


def evaluated(expression: str, call: Call, budget: Budget | None = None) -> Any:
    """The value of an expression. Raises `BadExpression`, and `OverBudget` if a limit is exceeded."""
    if not (expression.startswith("[") and expression.endswith("]")):
        return expression
    if expression.startswith("[["):
        return expression[1:]
    try:
        return resolved(_Evaluator(call, budget or Budget()).value(parsed(expression[1:-1]), {}))
    except RecursionError as error:
        raise BadExpression("it is nested too deep or refers to itself") from error


def resolved(value: Any) -> Any:
    """`value`, open if it has lazily computed members."""
    return unknown(str(value)) if isinstance(value, (Pending, Lambda)) else value


class _Evaluator:
    def __init__(self, call: Call, budget: Budget) -> None:
        self._call = call
        self._budget = budget

    def value(self, node: Node, bound: Mapping[str, Any]) -> Any:
        if isinstance(node, Constant):
            return node.value
        if isinstance(node, Member):
            return self._member(node, bound)
        if node.name == "if" and len(node.arguments) == _BRANCHES:
            return self._branch(node, bound)
        return self._lambda(node, bound) if node.name == "lambda" else self._called(node, bound)

    def _called(self, node: Called, bound: Mapping[str, Any]) -> Any:
        arguments = [self.value(each, bound) for each in node.arguments]
        if node.name == "tryget" and arguments and isinstance(arguments[0], Pending):
            return self._within(arguments[0], arguments[1:])
        arguments = [unknown(str(each)) if isinstance(each, Pending) else each for each in arguments]
        if node.name == "lambdavariables" and arguments:
            return bound.get(fold(str(arguments[0])), unknown(f"lambdaVariables({arguments[0]})"))

        def call_text() -> str:
            return f"{node.name}({', '.join(map(str, arguments))})"

        # Arguments and results are counted, so that all work is within the limits.
        self._budget.weigh(arguments)
        value = self._call(node.name, arguments, call_text)
        if node.name not in _LOOKUPS and not isinstance(value, Pending):
            self._budget.weigh(value)
        return value

    def _within(self, value: Any, keys: list[Any]) -> Any:
        for key in keys:
            value = value.get(str(key)) if isinstance(value, Pending) else member(value, key, absent=None)
        return value

    def _branch(self, node: Called, bound: Mapping[str, Any]) -> Any:
        """The selected branch of `if`; the other is not evaluated and may be invalid."""
        condition, then, otherwise = node.arguments
        condition_value = resolved(self.value(condition, bound))
        self._budget.step()
        if isinstance(condition_value, bool):
            return self.value(then if condition_value else otherwise, bound)
        one, other = resolved(self.value(then, bound)), resolved(self.value(otherwise, bound))
        self._budget.weigh([one, other])
        return either(one, other, f"if({condition_value}, {one}, {other})")

    def _lambda(self, node: Called, bound: Mapping[str, Any]) -> Lambda:
        *names, body = node.arguments
        if not all(isinstance(each, Constant) and isinstance(each.value, str) for each in names):
            raise BadExpression("the names of a lambda's variables must be strings")
        spelled = tuple(fold(str(each.value)) for each in names if isinstance(each, Constant))

        def call_text() -> str:
            around = ", ".join(f"{name}={value}" for name, value in bound.items())
            return f"lambda({', '.join(spelled)}, {body}; {around})"

        def evaluate(values: Mapping[str, Any]) -> Any:
            self._budget.step()
            return resolved(self.value(body, {**bound, **values}))

        return Lambda(spelled, evaluate, call_text)

    def _member(self, node: Member, bound: Mapping[str, Any]) -> Any:
        value = self.value(node.of, bound)
        for each in node.keys:
            key = resolved(self.value(each, bound))
            if isinstance(value, Pending):
                value = unknown(f"{value}.{key}") if isinstance(key, Open) else value.get(str(key))
                continue
            if isinstance(key, Open):
                self._budget.weigh(value)
            elif isinstance(value, Mapping) and not isinstance(value, Located):
                self._budget.step(len(value))
            value = member(value, key)
        return value


def either(one: Any, other: Any, call_text: str) -> Any:
    """The common known parts of two possible values."""
    if type(one) is type(other) and one == other:
        return one
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        spelled = {fold(str(key)): key for key in (*other, *one)}
        if len(spelled) == len({*one, *other}):
            return {
                key: either(one[key], other[key], f"{call_text}.{key}")
                if key in one and key in other
                else unknown(f"{call_text}.{key}")
                for key in spelled.values()
            }
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return [either(first, second, f"{call_text}[{index}]") for index, (first, second) in pairs]
    return unknown(call_text)


_REQUIRED: Final = object()


def member(value: Any, key: Any, absent: Any = _REQUIRED) -> Any:
    """The property or item `key` of `value`, with case-insensitive names.

    A missing one is `absent`, by default open, as the deployment fails.
    """
    if isinstance(value, Open) or isinstance(key, Open):
        return unknown(f"{value}.{key}")
    if isinstance(value, Mapping) and isinstance(key, str):
        by_name = value.members if isinstance(value, Located) else members(value)
        found = by_name.get(fold(key), [])
        if len(found) == 1:
            return found[0]
        return absent if not found and absent is not _REQUIRED else unknown(f"{value}.{key}")
    if isinstance(value, list) and type(key) is int and 0 <= key < len(value):
        return value[key]
    return unknown(f"{value}.{key}") if absent is _REQUIRED else absent
