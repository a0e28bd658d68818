"""Changes that force a resource's replacement, according to the rehearsal cloud's providers."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

from bluelamp.comparison.snapshot import MARK
from bluelamp.core.resource import type_of


class Replacements:
    """The providers for the comparison of one force, loaded when the first resource differs."""

    def __init__(self, force: str) -> None:
        self._force = force
        self._store: Any = None
        self._packages: Any = None

    def __enter__(self) -> "Replacements":
        return self

    def __exit__(self, *_: object) -> None:
        if self._store is not None:
            self._store.close()

    def paths(self, urn: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Collection[str]:
        """The property paths that force the replacement; none if the provider cannot tell. Inputs are encoded."""
        from bluelamp.rehearsal.packages import Packages
        from bluelamp.rehearsal.provider import Instance
        from bluelamp.rehearsal.store import Store

        if self._packages is None:
            self._store = Store(":memory:")
            self._packages = Packages(self._store)
        package = type_of(urn).partition(":")[0]
        if package == "pulumi":
            return ()
        with suppress(Exception):  # a provider may fail on inputs that it has not checked
            provider = self._packages.provider(package)
            found = provider.diff(Instance(self._force, "bluelamp"), urn, "", _raw(before), {}, _raw(after))
            paths: Collection[str] = found.replaces
            return paths
        return ()


def _raw(value: Any) -> Any:
    """An encoded value as a provider's input; a secret becomes its digest."""
    from bluelamp.rehearsal.values import UNKNOWN, Secret

    if isinstance(value, Mapping):
        kind = value.get(MARK)
        if kind == "unknown":
            return UNKNOWN
        if kind in ("secret", "file"):
            return Secret(value["digest"])
        return {key: _raw(item) for key, item in value.items()}
    return [_raw(item) for item in value] if isinstance(value, list) else value
