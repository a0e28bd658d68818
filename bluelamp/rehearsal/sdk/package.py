"""What a package adds to what its SDK says: a file in `packages`, found by the package's name."""

import importlib
import importlib.util
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from bluelamp.rehearsal.provider import Failure, Instance
from bluelamp.rehearsal.sdk import sample_values
from bluelamp.rehearsal.sdk.shapes import ResourceShape
from bluelamp.rehearsal.store import Record

Find = Callable[[str], Sequence[Record]]
"""The package's stored resources of a type, by its token."""


@dataclass(frozen=True)
class Making:
    """A resource that is being made.

    `name` is its logical name, `inputs` are plain (secrets opened, defaults filled in), `random` is where chance comes
    from, and `find(token)` gives the package's stored resources of a type.
    """

    resource: ResourceShape
    name: str
    inputs: Mapping[str, Any]
    random: Random
    instance: Instance
    find: Find

    @property
    def kind(self) -> str:
        """The resource's bare name (`RandomPassword`)."""
        return self.resource.name

    def uuid(self) -> str:
        """A new UUID."""
        return sample_values.identifier(self.random)


class Package:
    """A package with nothing of its own: outputs follow from the SDK's types alone."""

    coerces = False
    """Whether the real provider takes `"16"` for a number (those built on Terraform's first SDK do)."""

    def defaults(self, resource: ResourceShape) -> Mapping[str, Any]:
        """Inputs that mean the same given or not."""
        del resource
        return {}

    def check(self, resource: ResourceShape, inputs: Mapping[str, Any]) -> Iterator[Failure]:
        """What is wrong with inputs that are of the right types; they are plain but may hold `UNKNOWN`."""
        del resource, inputs
        yield from ()

    def computed(self, making: Making) -> dict[str, Any]:
        """The outputs that do not follow from the types."""
        del making
        return {}

    def identity(self, making: Making, outputs: Mapping[str, Any]) -> str:
        """The new resource's id."""
        del outputs
        return making.uuid()

    def replaces(self, resource: ResourceShape, name: str) -> bool:
        """Whether a change of the property `name` replaces the resource, beyond what the SDK says."""
        del resource, name
        return False

    def updated(self, making: Making, outputs: Mapping[str, Any]) -> dict[str, Any]:
        """The computed outputs that new inputs change; `outputs` are the plain ones so far."""
        del making, outputs
        return {}

    def invoke(self, token: str, args: Mapping[str, Any], instance: Instance, find: Find) -> dict[str, Any] | None:
        """The result of a function, or None to answer from the store and the types."""
        del token, args, instance, find
        return None


def behaviour(package: str) -> Package:
    """What is known of `package`: the class `Rehearsed` of the module that is called after it, or nothing special."""
    name = f"bluelamp.rehearsal.sdk.packages.{package.replace('-', '_')}"
    if importlib.util.find_spec(name) is None:
        return Package()
    made: Package = importlib.import_module(name).Rehearsed()
    return made
