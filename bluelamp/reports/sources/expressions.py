"""The expressions of ARM templates: `[concat('kv-', parameters('force'))]`.

What cannot be known before a deployment stays open: an `Open` is a text some parts of which are not known yet. Two open
values with the same parts are the same value, so a name that is made by `uniqueString` is still recognised where it is
used. A function that is not known here gives an open value; nothing is guessed.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from bluelamp.reports.sources.budget import Budget
from bluelamp.reports.sources.located import Located, fold, members

_TOKEN: Final = re.compile(
    r"(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)|(?P<sign>[()\[\],.]))"
)
_SPACE: Final = re.compile(r"\s*")

LONGEST: Final = 1_000_000
"""How long a text may become, and how many items a list may have; ARM stops far earlier."""
_LONGEST_EXPRESSION: Final = 24_576
"""How many characters ARM takes in one expression."""
_LONGEST_NUMBER: Final = 19
_MOST_PARTS: Final = 10_000
_LONGEST_KEY: Final = 2_000


class BadExpression(ValueError):  # noqa: N818 - what an expression is
    """An expression does not follow the language's grammar."""


@dataclass(frozen=True, slots=True)
class Atom:
    """One value that is not known yet, told by what it is made from.

    `shown` is how it is written inside an id (`{subscriptionId}`), as ids are told by their ends; empty for others.
    """

    key: str
    shown: str = ""

    @property
    def brief(self) -> str:
        """The function that it comes from; of a parameter its name."""
        if self.shown:
            return self.shown.strip("{}")
        function, _, rest = self.key.partition("(")
        return rest.rstrip(")") if function in {"parameters", "variables"} else function


@dataclass(frozen=True, slots=True)
class Open:
    """A value that is not known yet: known texts and atoms, in order."""

    parts: tuple[str | Atom, ...]

    def __str__(self) -> str:
        return "".join(part if isinstance(part, str) else f"<{part.key}>" for part in self.parts)

    @property
    def brief(self) -> str:
        """How a person is told of it: `kv-essex-<uniquestring>`."""
        return "".join(part if isinstance(part, str) else f"<{part.brief}>" for part in self.parts)


def unknown(key: str) -> Open:
    """A value of which only `key`, what it is made from, is known."""
    if len(key) > _LONGEST_KEY:  # two are still the same value where they are made from the same
        key = f"{key[: _LONGEST_KEY // 2]}…{sha256(key.encode(errors='replace')).hexdigest()}"
    return Open((Atom(key),))


def joined(*values: Any) -> Any:
    """The values as one text; open where any of them is."""
    parts: list[str | Atom] = []
    run: list[str] = []
    length = 0
    for value in values:
        if isinstance(value, (dict, list)) and is_open(value):
            value = unknown(str(value))  # noqa: PLW2901 - a text that is not known
        for part in value.parts if isinstance(value, Open) else (text(value),):
            if isinstance(part, str):
                length += len(part)
                run.append(part)
            else:
                parts += _joined(run)
                parts.append(part)
                run = []
            if length > LONGEST:
                raise BadExpression(f"it makes a text of more than {LONGEST:,} characters")
            if len(parts) > _MOST_PARTS:
                raise BadExpression(f"it makes a text of more than {_MOST_PARTS:,} parts that are not known")
    if not parts:
        return "".join(run)
    return Open((*parts, *_joined(run)))


def _joined(run: list[str]) -> list[str]:
    whole = "".join(run)
    return [whole] if whole else []


def segments(value: Any) -> list[Any]:
    """The pieces of a text between its slashes; only slashes that are known part it."""
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
    """A known value as the language writes it."""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, (dict, list)):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return "" if value is None else str(value)


def is_open(value: Any) -> bool:
    """Whether `value`, or anything in it, is not known yet."""
    if isinstance(value, Mapping):
        return any(is_open(item) for item in value.values())
    return any(is_open(item) for item in value) if isinstance(value, list) else isinstance(value, Open)


_LOOKUPS: Final = frozenset({"parameters", "variables"})
"""The functions that give what has been counted when it was computed."""

Call = Callable[[str, list[Any], Callable[[], str]], Any]
"""What calls a function: its name in lower case, its arguments, and how to find out how the call is written."""


def evaluated(expression: str, call: Call, budget: Budget | None = None) -> Any:
    """What a text of a template stands for. Raises `BadExpression`, and `OverBudget` where it takes too much."""
    if not (expression.startswith("[") and expression.endswith("]")):
        return expression
    if expression.startswith("[["):
        return expression[1:]
    if len(expression) > _LONGEST_EXPRESSION:
        raise BadExpression(f"it has more than {_LONGEST_EXPRESSION:,} characters")
    try:
        return _Reader(expression[1:-1], call, budget or Budget()).whole()
    except RecursionError as error:
        raise BadExpression("it is nested too deep, or needs itself") from error


class _Reader:
    def __init__(self, source: str, call: Call, budget: Budget) -> None:
        self._tokens = list(_tokens(source))
        self._call = call
        self._budget = budget
        self._at = 0

    def whole(self) -> Any:
        value = self._value()
        if self._at < len(self._tokens):
            raise BadExpression(f"nothing may follow at '{self._tokens[self._at][1]}'")
        return value

    def _value(self) -> Any:
        kind, token = self._next()
        if kind == "text":
            value: Any = token[1:-1].replace("''", "'")
        elif kind == "number":
            if len(token) > _LONGEST_NUMBER:
                raise BadExpression(f"the number {token[:_LONGEST_NUMBER]}… has too many digits")
            value = float(token) if "." in token else int(token)
        elif kind == "name":
            value = self._called(token)
        else:
            raise BadExpression(f"a value was expected at '{token}'")
        while self._at < len(self._tokens) and self._tokens[self._at][1] in {".", "["}:
            value = self._member(value)
        return value

    def _called(self, name: str) -> Any:
        self._expect("(")
        arguments: list[Any] = []
        while self._tokens[self._at : self._at + 1] and self._tokens[self._at][1] != ")":
            arguments.append(self._value())
            if self._tokens[self._at : self._at + 1] and self._tokens[self._at][1] == ",":
                self._at += 1
        self._expect(")")

        def written() -> str:
            return f"{name.lower()}({', '.join(map(str, arguments))})"

        # Both what goes in and what comes out is counted, so that nothing can grow or be gone through unseen.
        self._budget.weigh(arguments)
        value = self._call(name.lower(), arguments, written)
        if fold(name) not in _LOOKUPS:
            self._budget.weigh(value)
        return value

    def _member(self, value: Any) -> Any:
        _, sign = self._next()
        if sign == "[":
            key = self._value()
            self._expect("]")
        else:
            kind, key = self._next()
            if kind != "name":
                raise BadExpression(f"a property was expected at '{key}'")
        keys = key.split(".") if sign == "." else [key]  # the tokens of names take dots in
        for each in keys:
            if isinstance(each, Open):
                self._budget.weigh(value)
            elif isinstance(value, Mapping) and not isinstance(value, Located):
                self._budget.step(len(value))
            value = member(value, each)
        return value

    def _next(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise BadExpression("it ends too early")
        self._at += 1
        return self._tokens[self._at - 1]

    def _expect(self, sign: str) -> None:
        _, found = self._next()
        if found != sign:
            raise BadExpression(f"'{sign}' was expected at '{found}'")


def member(value: Any, key: Any) -> Any:
    """The property, or the item, `key` of `value`; names are compared without case. None where there is none."""
    if isinstance(value, Open) or isinstance(key, Open):
        return unknown(f"{value}.{key}")
    if isinstance(value, Mapping):
        by_name = value.members if isinstance(value, Located) else members(value)
        found = by_name.get(fold(str(key)), [])
        return unknown(f"{value}.{key}") if len(found) > 1 else found[0] if found else None
    if isinstance(value, list) and isinstance(key, int) and -len(value) <= key < len(value):
        return value[key]
    return None


def _tokens(source: str) -> Iterator[tuple[str, str]]:
    at = _spaced(source, 0)
    while at < len(source):
        found = _TOKEN.match(source, at)
        if not found or found.lastgroup is None:
            raise BadExpression(f"'{source[at : at + 20].strip()}' is not understood")
        yield found.lastgroup, found[found.lastgroup]
        at = _spaced(source, found.end())


def _spaced(source: str, at: int) -> int:
    found = _SPACE.match(source, at)
    return found.end() if found else at
