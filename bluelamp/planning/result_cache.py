"""A cache of providers' results across the plans of this process.

A plan runs against an empty cloud, in which a result depends on the registration alone. It is reused only if the
registration is identical byte for byte, and not once the plan has stored a resource.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bluelamp.rehearsal.provider import Failure, Instance, Naming
from bluelamp.rehearsal.store import Store

_MOST: Final = 20_000
"""The maximum number of entries, a few kilobytes each: enough for the largest forces, not for the whole country."""


@dataclass(frozen=True, slots=True)
class ProviderResult:
    """A provider's result for a registration.

    `program_inputs` are the program's own inputs, `inputs` those with the provider's defaults, and `response` is the
    engine's struct that the program receives.
    """

    program_inputs: Mapping[str, Any]
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    failures: tuple[Failure, ...]
    warnings: tuple[Failure, ...]
    id: str
    response: Any


_results: dict[str, tuple[tuple[Any, ...], ProviderResult]] | None = None


def enable() -> None:
    """Enables the cache in this process and in those forked from it later."""
    global _results  # noqa: PLW0603 - one cache per process
    _results = {}


class ResultCache:
    """The cache as seen by one plan, with its cloud in `store` and its ARM type definitions in `arm_types`."""

    def __init__(self, store: Store, arm_types: Path | None) -> None:
        self._store, self._arm_types = store, str(arm_types or "")
        self._before = store.changes

    def key(self, urn: str, instance: Instance, naming: Mapping[str, Naming], inputs: Any) -> tuple[Any, ...]:
        """The key of a registration: everything a provider depends on. Empty if the cache is not in use."""
        if _results is None or self._store.changes != self._before:
            return ()
        return urn, self._arm_types, repr(instance), repr(naming), inputs.SerializeToString(deterministic=True)

    def get(self, key: tuple[Any, ...]) -> ProviderResult | None:
        """The cached result; None if there is none."""
        if _results is None or not key:
            return None
        found = _results.get(key[0])
        return found[1] if found and found[0] == key else None

    def put(self, key: tuple[Any, ...], result: ProviderResult) -> None:
        """Adds a result, unless it changed the store."""
        if _results is None or not key or self._store.changes != self._before:
            return
        if key[0] in _results or len(_results) < _MOST:
            _results[key[0]] = key, result
