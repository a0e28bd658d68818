"""Registrations of an earlier plan of this process, answered again where they are identical.

A plan runs against an empty cloud, in which an answer depends on the registration, its provider, and the aliases that
it inherits. Registrations are identical if every byte of their requests is, but for the order of dependencies. No
answer is reused once the plan has stored a resource.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bluelamp.core import reuse
from bluelamp.rehearsal.provider import Instance, Naming
from bluelamp.rehearsal.store import Store

if TYPE_CHECKING:
    from bluelamp.planning.monitor import PlannedResource


@dataclass(frozen=True, slots=True)
class Answer:
    """What a registration leads to: the planned resource, the warnings, and the response to the program."""

    resource: "PlannedResource"
    warnings: tuple[str, ...]
    response: Any


_ANSWERS: Final[dict[str, tuple[tuple[Any, ...], Answer]]] = {}


class Answers:
    """The kept answers for one plan; `store` is its cloud, and `arm_types` the definitions that it is judged by."""

    def __init__(self, store: Store, arm_types: Path | None) -> None:
        self._store, self._arm_types = store, str(arm_types or "")
        self._before = store.changes

    def question(
        self,
        urn: str,
        request: Any,
        instance: Instance | None,
        naming: Mapping[str, Naming],
        inherited: tuple[tuple[str, ...], ...],
    ) -> tuple[Any, ...]:
        """What names a question: all that an answer depends on. Empty where nothing is kept.

        `inherited` are the aliases of the resources that the request names as parents.
        """
        if not reuse.keeping() or self._store.changes != self._before:
            return ()
        # They are sets in the SDK, in an order that two runs do not share.
        request.dependencies.sort()
        for dependencies in request.propertyDependencies.values():
            dependencies.urns.sort()
        said = request.SerializeToString(deterministic=True)
        return urn, self._arm_types, repr(instance), repr(naming), inherited, said

    def get(self, question: tuple[Any, ...]) -> Answer | None:
        """The answer to the same question; None where there is none."""
        found = _ANSWERS.get(question[0]) if question else None
        return found[1] if found and found[0] == question else None

    def put(self, question: tuple[Any, ...], answer: Answer) -> None:
        """Keeps an answer, unless it changed what is stored."""
        if not question or self._store.changes != self._before:
            return
        if question[0] in _ANSWERS or len(_ANSWERS) < reuse.MOST:
            _ANSWERS[question[0]] = question, answer
