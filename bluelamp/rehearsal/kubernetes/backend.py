"""The interface between the provider and a cluster, embedded or real."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from bluelamp.rehearsal.kubernetes.kinds import Kind
from bluelamp.rehearsal.kubernetes.names import Ref
from bluelamp.rehearsal.provider import CloudError

Found = TypeVar("Found")
_PAUSE_SECONDS = 0.2


@dataclass(frozen=True)
class Target:
    """An object of a cluster, and the Pulumi resource for it. With `patch` the resource owns only some fields."""

    cluster: str
    ref: Ref
    token: str
    urn: str
    patch: bool = False


class Backend(Protocol):
    """A cluster, embedded or real."""

    def kind(self, cluster: str, api_version: str, name: str) -> Kind | None:
        """The kind as the cluster serves it now, or None."""

    def await_kind(self, cluster: str, api_version: str, name: str) -> Kind:
        """The kind; waits for it, as the same deployment may create its definition.

        Raises `CloudError` `NoMatch` if it does not appear.
        """

    def get(self, target: Target) -> dict[str, Any] | None:
        """The live object, or None."""

    def inputs(self, target: Target) -> dict[str, Any] | None:
        """The inputs that the object was last applied with; None if the cluster does not store them."""

    def create(self, target: Target, inputs: Mapping[str, Any], *, preview: bool) -> dict[str, Any]:
        """The created live object. Raises `CloudError` if it already exists. A preview stores nothing."""

    def assume(self, target: Target, inputs: Mapping[str, Any]) -> dict[str, Any] | None:
        """Stores and returns an object that is assumed to exist; None if the backend assumes nothing."""

    def update(self, target: Target, inputs: Mapping[str, Any], *, preview: bool) -> dict[str, Any]:
        """The live object after it is updated to `inputs`."""

    def delete(self, target: Target, inputs: Mapping[str, Any]) -> None:
        """Deletes the object and waits until it is gone. Succeeds if it is already gone."""


def wait_for(find: Callable[[], Found | None], seconds: float, pause: Callable[[float], object]) -> Found | None:
    """The first result of `find` that is not None, polled for at most `seconds`; None after that.

    `pause` waits for the given number of seconds.
    """
    deadline = time.monotonic() + seconds
    while True:
        found = find()
        left = deadline - time.monotonic()
        if found is not None or left <= 0:
            return found
        pause(min(left, _PAUSE_SECONDS))


def already_exists(kind: Kind, name: str) -> CloudError:
    """The API server's error for an object that already exists."""
    return CloudError("AlreadyExists", f'{kind.resource} "{name}" already exists')


def not_found(kind: Kind, name: str) -> CloudError:
    """The API server's error for an object that does not exist."""
    return CloudError("NotFound", f'{kind.resource} "{name}" not found')
