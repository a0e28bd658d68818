"""Answers of providers from an earlier plan of this process, reused for identical registrations.

A plan runs against an empty cloud, in which an answer depends on the registration alone. Registrations are identical if
every byte of their inputs is. No answer is reused once the plan has stored a resource.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bluelamp.rehearsal.provider import Failure, Instance, Naming
from bluelamp.rehearsal.store import Store

_MOST: Final = 20_000
"""How many answers are kept, a few kilobytes each: those of the largest forces, but not of the whole country."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider makes of a registration.

    `asked` are the inputs that the program gave, `inputs` those that the provider completed, `response` is what the
    program gets back, as the engine's struct.
    """

    asked: Mapping[str, Any]
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    failures: tuple[Failure, ...]
    warnings: tuple[Failure, ...]
    id: str
    response: Any


_kept: dict[str, tuple[tuple[Any, ...], Answer]] | None = None


def keep() -> None:
    """From here on, this process and those forked from it keep what providers answer in plans."""
    global _kept  # noqa: PLW0603 - of the process, as the plans themselves
    _kept = {}


class Answers:
    """The kept answers for one plan; `store` is its cloud, and `arm_types` the definitions that it is judged by."""

    def __init__(self, store: Store, arm_types: Path | None) -> None:
        self._store, self._arm_types = store, str(arm_types or "")
        self._before = store.changes

    def question(self, urn: str, instance: Instance, naming: Mapping[str, Naming], inputs: Any) -> tuple[Any, ...]:
        """What names a question: all that a provider looks at. Empty where nothing is kept."""
        if _kept is None or self._store.changes != self._before:
            return ()
        return urn, self._arm_types, repr(instance), repr(naming), inputs.SerializeToString(deterministic=True)

    def get(self, question: tuple[Any, ...]) -> Answer | None:
        """The answer to the same question; None where there is none."""
        if _kept is None or not question:
            return None
        found = _kept.get(question[0])
        return found[1] if found and found[0] == question else None

    def put(self, question: tuple[Any, ...], answer: Answer) -> None:
        """Keeps an answer, unless it changed what is stored."""
        if _kept is None or not question or self._store.changes != self._before:
            return
        if question[0] in _kept or len(_kept) < _MOST:
            _kept[question[0]] = question, answer
