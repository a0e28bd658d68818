"""One package in an empty cloud, called as the engine does."""

from random import Random
from typing import Any

import pytest

from bluelamp.rehearsal.provider import Instance
from bluelamp.rehearsal.sdk.generic import GenericProvider
from bluelamp.rehearsal.store import Store
from bluelamp.rehearsal.values import UNKNOWN, encode, plain

HERE = Instance("essex", "bluelamp")


class Cloud:
    """A package, its cloud, and short ways to call it."""

    def __init__(self, package: str) -> None:
        self.store = Store(":memory:")
        self.provider = GenericProvider(package, self.store, random=Random(7))
        self.package = package

    def urn(self, kind: str, name: str = "it") -> str:
        (token,) = [one for one in self.provider._catalogue.tokens() if one.rpartition(":")[2] == kind]
        return f"urn:pulumi:essex::bluelamp::{token}::{name}"

    def refused(self, kind: str, **inputs: Any) -> list[tuple[str, str]]:
        return [(one.path, one.reason) for one in self.provider.check(HERE, self.urn(kind), {}, inputs).failures]

    def make(self, kind: str, name: str = "it", **inputs: Any) -> tuple[str, dict[str, Any]]:
        urn = self.urn(kind, name)
        checked = self.provider.check(HERE, urn, {}, inputs)
        assert not checked.failures
        planned_id, planned = self.provider.create(HERE, urn, checked.inputs, preview=True)
        before = self.store.count()
        made = self.provider.create(HERE, urn, checked.inputs, preview=False)
        assert planned_id == ""
        assert before == self.store.count() - 1
        self._agrees(planned, made[1])
        encode(made[1])
        return made

    @staticmethod
    def _agrees(planned: dict[str, Any], made: dict[str, Any]) -> None:
        """A preview's outputs are those of the creation, or unknown."""
        for name, value in planned.items():
            if value is not UNKNOWN:
                assert plain(made[name]) == plain(value), name
        assert set(planned) <= set(made)


@pytest.fixture
def cloud_of() -> type[Cloud]:
    """Creates a `Cloud` of a package."""
    return Cloud
