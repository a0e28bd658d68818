"""Where objects live: what the provider asks of the embedded cluster and of a real one."""

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
    """One object of one cluster, and the resource that asks for it. `patch`: the resource owns only some fields."""

    cluster: str
    ref: Ref
    token: str
    urn: str
    patch: bool = False


class Backend(Protocol):
    """A cluster, embedded or real."""

    def kind(self, cluster: str, api_version: str, name: str) -> Kind | None:
        """The kind as the cluster knows it now, or None."""

    def await_kind(self, cluster: str, api_version: str, name: str) -> Kind:
        """The kind, waited for a while: its definition may be on its way in the same deployment.

        Raises `CloudError` `NoMatch` where it does not come.
        """

    def get(self, target: Target) -> dict[str, Any] | None:
        """The live object, or None where there is none."""

    def inputs(self, target: Target) -> dict[str, Any] | None:
        """The inputs that last made the object, where the cluster remembers them."""

    def create(self, target: Target, inputs: Mapping[str, Any], *, preview: bool) -> dict[str, Any]:
        """The live object after its creation; refuses one that exists. A preview stores nothing."""

    def adopt(self, target: Target, inputs: Mapping[str, Any]) -> dict[str, Any] | None:
        """Keeps an object that is taken to exist, and returns it; None where the backend makes up nothing."""

    def update(self, target: Target, inputs: Mapping[str, Any], *, preview: bool) -> dict[str, Any]:
        """The live object after it took `inputs`."""

    def delete(self, target: Target, inputs: Mapping[str, Any]) -> None:
        """Removes the object and waits until it is gone; one that is gone already is no error."""


def wait_for(find: Callable[[], Found | None], seconds: float, pause: Callable[[float], object]) -> Found | None:
    """What `find` finds, asked again for at most `seconds`; `pause` waits for some of them. None where nothing came."""
    deadline = time.monotonic() + seconds
    while True:
        found = find()
        left = deadline - time.monotonic()
        if found is not None or left <= 0:
            return found
        pause(min(left, _PAUSE_SECONDS))


def already_exists(kind: Kind, name: str) -> CloudError:
    """The API server's refusal of a second object of the same name."""
    return CloudError("AlreadyExists", f'{kind.resource} "{name}" already exists')


def not_found(kind: Kind, name: str) -> CloudError:
    """The API server's answer about an object that is not there."""
    return CloudError("NotFound", f'{kind.resource} "{name}" not found')
