"""The behaviour of a package beyond its SDK's types, from the module in `packages` with the package's name."""

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
class Creation:
    """A resource to create.

    `name` is its logical name and `inputs` are plain: without secret wrappers, with defaults. `random` is the random
    source, and `find(token)` returns the package's stored resources of a type.
    """

    resource: ResourceShape
    name: str
    inputs: Mapping[str, Any]
    random: Random
    instance: Instance
    find: Find

    @property
    def kind(self) -> str:
        """The name of the resource type (`RandomPassword`)."""
        return self.resource.name

    def uuid(self) -> str:
        """A new UUID."""
        return sample_values.identifier(self.random)


class Package:
    """The default behaviour: outputs follow from the SDK's types."""

    coerces = False
    """Whether the real provider accepts `"16"` as a number, as those built on Terraform's SDKv2 do."""

    def defaults(self, resource: ResourceShape) -> Mapping[str, Any]:
        """The default values of inputs."""
        del resource
        return {}

    def check(self, resource: ResourceShape, inputs: Mapping[str, Any]) -> Iterator[Failure]:
        """The failures of inputs of the right types. Inputs are plain and can contain `UNKNOWN`."""
        del resource, inputs
        yield from ()

    def computed(self, creation: Creation) -> dict[str, Any]:
        """The computed outputs that do not follow from the types."""
        del creation
        return {}

    def identity(self, creation: Creation, outputs: Mapping[str, Any]) -> str:
        """The new resource's id."""
        del outputs
        return creation.uuid()

    def replaces(self, resource: ResourceShape, name: str) -> bool:
        """Whether a change of the property `name` replaces the resource, in addition to the SDK's declarations."""
        del resource, name
        return False

    def updated(self, creation: Creation, outputs: Mapping[str, Any]) -> dict[str, Any]:
        """The computed outputs that an update changes; `outputs` are the previous plain ones."""
        del creation, outputs
        return {}

    def invoke(self, token: str, args: Mapping[str, Any], instance: Instance, find: Find) -> dict[str, Any] | None:
        """The result of a function; None for the default result."""
        del token, args, instance, find
        return None


def behaviour(package: str) -> Package:
    """The behaviour of `package`: the class `Rehearsed` of its module, or the default behaviour."""
    name = f"bluelamp.rehearsal.sdk.packages.{package.replace('-', '_')}"
    if importlib.util.find_spec(name) is None:
        return Package()
    found: Package = importlib.import_module(name).Rehearsed()
    return found
