"""The grammar of the expressions of ARM templates: `concat('kv-', parameters('force'))`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

_TOKEN: Final = re.compile(
    r"(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)|(?P<sign>[()\[\],.]))"
)
_SPACE: Final = re.compile(r"\s*")
_LONGEST: Final = 24_576
"""ARM's maximum length of an expression."""
_LONGEST_NUMBER: Final = 19


class BadExpression(ValueError):  # noqa: N818 - describes the input
    """An expression does not follow the language's grammar."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A string or a number."""

    value: Any


@dataclass(frozen=True, slots=True)
class Called:
    """A call of a function, whose name is in lower case."""

    name: str
    arguments: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a value, or of a member."""

    of: "Node"
    keys: tuple["Node", ...]


Node = Constant | Called | Member


@lru_cache(maxsize=2048)
def parsed(expression: str) -> Node:
    """The syntax tree of an expression without its brackets. Raises `BadExpression`."""
    if len(expression) > _LONGEST:
        raise BadExpression(f"it has more than {_LONGEST:,} characters")
    return _Reader(expression).whole()


class _Reader:
    """Parses one expression. Raises `BadExpression` if it does not follow the grammar."""

    def __init__(self, source: str) -> None:
        self._tokens = list(_tokens(source))
        self._at = 0

    def whole(self) -> Node:
        value = self._value()
        if self._at < len(self._tokens):
            raise BadExpression(f"nothing may follow at '{self._tokens[self._at][1]}'")
        return value

    def _value(self) -> Node:
        kind, token = self._next()
        if kind == "text":
            value: Node = Constant(token[1:-1].replace("''", "'"))
        elif kind == "number":
            if len(token) > _LONGEST_NUMBER:
                raise BadExpression(f"the number {token[:_LONGEST_NUMBER]}… has too many digits")
            value = Constant(float(token) if "." in token else int(token))
        elif kind == "name":
            value = self._called(token)
        else:
            raise BadExpression(f"a value was expected at '{token}'")
        keys: list[Node] = []
        while self._is(".", "["):
            keys += self._member()
        return Member(value, tuple(keys)) if keys else value

    def _called(self, name: str) -> Node:
        self._expect("(")
        arguments: list[Node] = []
        while self._at < len(self._tokens) and not self._is(")"):
            if arguments:
                self._expect(",")
            arguments.append(self._value())
        self._expect(")")
        return Called(name.lower(), tuple(arguments))

    def _member(self) -> list[Node]:
        _, sign = self._next()
        if sign == "[":
            key = self._value()
            self._expect("]")
            return [key]
        kind, name = self._next()
        if kind != "name":
            raise BadExpression(f"a property was expected at '{name}'")
        return [Constant(each) for each in name.split(".")]  # the tokens of names take dots in

    def _is(self, *signs: str) -> bool:
        return self._at < len(self._tokens) and self._tokens[self._at] in {("sign", sign) for sign in signs}

    def _next(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise BadExpression("it ends too early")
        self._at += 1
        return self._tokens[self._at - 1]

    def _expect(self, sign: str) -> None:
        _, found = self._next()
        if found != sign:
            raise BadExpression(f"'{sign}' was expected at '{found}'")


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
