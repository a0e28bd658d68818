"""Combines two settings documents: equal values stay, values of only one force are kept, different ones are questions.

The higher of two profiles or protective markings is used, as the lower would not be enough for one force. The later of
two milestone dates is used.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bluelamp.core.contracts.properties import MARKINGS
from bluelamp.infra.settings.profiles import LEVELS
from bluelamp.merging.questions import BOTH, SUM, Answers, Question

_KEYS: Final = ("name", "id", "server", "property", "element", "object", "address")
"""The keys that identify an item of a list, the first that every item has."""
_OWNER: Final = ("role", "email")
_OPEN: Final = object()
_HIGHER: Final[tuple[tuple[str, ...], ...]] = (
    LEVELS,
    MARKINGS,
)
"""Ascending values of which the higher suits both forces: profiles and protective markings."""
_MILESTONE_DATE: Final = re.compile(r"milestones\[[^\]]*\]\.(start|end)")
"""Milestone dates: the later keeps each milestone after its dependencies."""
_NAME: Final = 20
"""The longest name of a site, a landing zone or a tenant."""
_ADDED: Final = ("amount", "quantity", "pods", "replicas")
"""Numbers for which the sum is an option."""


@dataclass
class Combining:
    """Combines the documents of two forces. `names` are the answers that choose the first or second force's value."""

    names: tuple[str, str]
    answers: Answers
    file: str
    same: list[str] = field(default_factory=list)
    """Paths with equal values."""
    only: dict[str, list[str]] = field(default_factory=dict)
    """Paths that only one force has, by force."""
    higher: dict[str, Any] = field(default_factory=dict)
    """Values chosen as the higher of two, by path."""

    def __call__(self, first: Any, second: Any, path: str = "") -> Any:
        """The combined document, without values whose question is open."""
        value = self._combined(first, second, path)
        return {} if value is _OPEN else value

    def _combined(self, first: Any, second: Any, path: str) -> Any:
        if first == second:
            self.same.append(path)
            return first
        if isinstance(first, Mapping) and isinstance(second, Mapping):
            if set(_OWNER) <= first.keys() & second.keys():
                return self._owner(first, second)
            return self._mappings(first, second, path)
        if isinstance(first, list) and isinstance(second, list):
            return self._lists(first, second, path)
        higher = _higher(first, second, path)
        if higher is not None:
            self.higher[path] = higher
            return higher
        return self._decided(first, second, path)

    def _mappings(self, first: Mapping[str, Any], second: Mapping[str, Any], path: str) -> dict[str, Any]:
        result = {}
        for key in dict.fromkeys([*first, *second]):
            here = f"{path}.{key}" if path else str(key)
            if key in first and key in second:
                value = self._combined(first[key], second[key], here)
            else:
                owner = 0 if key in first else 1
                value = (first, second)[owner][key]
                self.only.setdefault(self.names[owner], []).append(here)
            if value is not _OPEN:
                result[key] = value
        return result

    def _lists(self, first: list[Any], second: list[Any], path: str) -> list[Any]:
        key = _key([*first, *second])
        if key is None:
            return first + [each for each in second if each not in first]
        theirs = {each[key]: each for each in second}
        result = []
        for item in first:
            here = f"{path}[{item[key]}]"
            other = theirs.pop(item[key], None)
            if other is None:
                self.only.setdefault(self.names[0], []).append(here)
                result.append(item)
                continue
            value = self._combined(item, other, here)
            if value is not _OPEN:
                result.append({key: item[key], **value})
        for name, item in theirs.items():
            self.only.setdefault(self.names[1], []).append(f"{path}[{name}]")
            result.append(item)
        return result

    def _owner(self, first: Mapping[str, Any], second: Mapping[str, Any]) -> Any:
        """The owner. One question covers everything that the same two owners have."""
        roles = [str(each.get("role")) for each in (first, second)]
        question = Question(
            f"owners:{' or '.join(dict.fromkeys(roles))} ({first.get('email')}, {second.get('email')})",
            "Which of these owners is responsible in the new force?",
            dict(zip(self.names, ({key: each.get(key) for key in _OWNER} for each in (first, second)), strict=True)),
        )
        answer = self.answers.ask(question)
        if answer is None:
            return _OPEN
        if not answer.word:
            return answer.value
        return first if answer.word == self.names[0] else second

    def _decided(self, first: Any, second: Any, path: str) -> Any:
        options = dict(zip(self.names, (first, second), strict=True))
        if path.rpartition(".")[2] in _ADDED and all(type(each) in (int, float) for each in (first, second)):
            options[SUM] = first + second
        question = Question(f"{self.file}:{path}", f"Which {path} does the new force have?", options)
        answer = self.answers.ask(question)
        if answer is None:
            return _OPEN
        return options.get(answer.word) if answer.word else answer.value


def _higher(first: Any, second: Any, path: str) -> Any:
    """The one of two values that suits both forces; None if people must decide."""
    for order in _HIGHER:
        if first in order and second in order:
            return max(first, second, key=order.index)
    texts = isinstance(first, str) and isinstance(second, str)
    return max(first, second) if texts and _MILESTONE_DATE.fullmatch(path) else None


def _key(items: Sequence[Any]) -> str | None:
    for key in _KEYS:
        if all(isinstance(each, Mapping) and isinstance(each.get(key), str) for each in items):
            return key
    return None


def suffixed(name: str, suffix: str) -> str:
    """`name` with `suffix`, truncated to the maximum length of a name."""
    return f"{name[: _NAME - len(suffix) - 1].rstrip('-')}-{suffix}"


def chosen(
    kind: str, first: Sequence[Any], second: Sequence[Any], names: tuple[str, str], suffix: str, answers: Answers
) -> tuple[list[Any], list[Any], dict[str, str]]:
    """The items of two lists after questions about equal names, and the new names of the second's items.

    `kind` is the path of the list. People keep one of two items of the same name, or both; then the second's name has
    `suffix`.
    """
    first_kept, second_kept, renamed = list(first), list(second), {}
    for item in first:
        name = item.get("name") if isinstance(item, Mapping) else None
        other = next((each for each in second if isinstance(each, Mapping) and each.get("name") == name), None)
        if name is None or other is None:
            continue
        options = {
            names[0]: f"{name} of {names[0]}",
            names[1]: f"{name} of {names[1]}",
            BOTH: f"{name} and {suffixed(name, suffix)}",
        }
        question = Question(
            f"settings:{kind}[{name}]", f"Both forces have {name} ({kind}). Which is kept?", options, takes_value=False
        )
        answer = answers.ask(question)
        if answer is not None and answer.word == names[0]:
            second_kept.remove(other)
        elif answer is not None and answer.word == names[1]:
            first_kept.remove(item)
        elif answer is None:
            first_kept.remove(item)
            second_kept.remove(other)
        else:
            renamed[name] = suffixed(name, suffix)
    return first_kept, second_kept, renamed
