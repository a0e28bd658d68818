"""Scopes of exemptions: URNs in which `*` matches any text within one part.

A URN is `urn:pulumi:STACK::PROJECT::TYPE::NAME`. The parts are compared one by one, so `*` never matches `::`.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_PARTS: Final = 4
_SHORTEST: Final = 3


@dataclass(frozen=True, slots=True)
class Scope:
    """A scope in parts; `problem` is empty if it names a type and the beginning of a name."""

    parts: tuple[str, ...]
    problem: str = ""

    @property
    def is_pattern(self) -> bool:
        """Whether it may match more than one URN."""
        return any("*" in part for part in self.parts)

    def matches(self, urn: str) -> bool:
        """Whether it covers the resource with this URN; case-sensitive."""
        if len(self.parts) < _PARTS:
            return _like("::".join(self.parts), urn)  # never in force, but reported with the failures that it matches
        parts = urn.split("::", _PARTS - 1)
        return len(parts) == len(self.parts) and all(map(_like, self.parts, parts))


@lru_cache(maxsize=4096)
def scope(text: str) -> Scope:
    """`text` as a scope."""
    parts = tuple(text.split("::", _PARTS - 1))
    return Scope(parts, _problem(parts))


def _problem(parts: tuple[str, ...]) -> str:
    if len(parts) < _PARTS or not parts[0].startswith("urn:pulumi:"):
        return "its scope must name a type and begin a name"
    stack, project, type_, name = parts
    if "*" in stack or "*" in project:
        return "its scope must name a type and begin a name, in one stack and project"
    tail = min((type_.rpartition(sign)[2] for sign in "*$:"), key=len)
    if len(tail) < _SHORTEST or len(name.split("*")[0]) < _SHORTEST:
        return "its scope must name a type and begin a name"
    return ""


def _like(pattern: str, text: str) -> bool:
    """Whether `text` matches `pattern`, in linear time for any number of `*`."""
    first, *rest = pattern.split("*")
    if not rest:
        return pattern == text
    *middle, last = rest
    if not text.startswith(first) or len(text) < len(first) + len(last):
        return False
    end = len(text) - len(last)
    if text[end:] != last:
        return False
    at = len(first)
    for piece in middle:
        found = text.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True
