"""A cache of the results of registrations across the plans of this process.

A plan runs against an empty cloud, in which a result depends on the registration, its provider, and the aliases that it
inherits. It is reused only if the request is identical byte for byte, apart from the order of dependencies, and not
once the plan has stored a resource.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bluelamp.core import memo
from bluelamp.planning.planned_resource import PlannedResource
from bluelamp.rehearsal.provider import Instance, Naming
from bluelamp.rehearsal.store import Store


@dataclass(frozen=True, slots=True)
class RegistrationResult:
    """The result of a registration: the planned resource, the warnings, and the response to the program."""

    resource: PlannedResource
    warnings: tuple[str, ...]
    response: Any


_RESULTS: Final[dict[str, tuple[tuple[Any, ...], RegistrationResult]]] = {}


class ResultCache:
    """The cache as seen by one plan, with its cloud in `store` and its ARM type definitions in `arm_types`."""

    def __init__(self, store: Store, arm_types: Path | None) -> None:
        self._store, self._arm_types = store, str(arm_types or "")
        self._before = store.changes

    def key(
        self,
        urn: str,
        request: Any,
        instance: Instance | None,
        naming: Mapping[str, Naming],
        inherited: tuple[tuple[str, ...], ...],
    ) -> tuple[Any, ...]:
        """The key of a registration: everything its result depends on. Empty if the cache is not in use.

        `inherited` are the aliases of the request's parents.
        """
        if not memo.is_enabled() or self._store.changes != self._before:
            return ()
        # Sets in the SDK, whose order differs from run to run.
        request.dependencies.sort()
        for dependencies in request.propertyDependencies.values():
            dependencies.urns.sort()
        serialised = request.SerializeToString(deterministic=True)
        return urn, self._arm_types, repr(instance), repr(naming), inherited, serialised

    def get(self, key: tuple[Any, ...]) -> RegistrationResult | None:
        """The cached result; None if there is none."""
        found = _RESULTS.get(key[0]) if key else None
        return found[1] if found and found[0] == key else None

    def put(self, key: tuple[Any, ...], result: RegistrationResult) -> None:
        """Adds a result, unless it changed the store."""
        if not key or self._store.changes != self._before:
            return
        if key[0] in _RESULTS or len(_RESULTS) < memo.MOST:
            _RESULTS[key[0]] = key, result
