"""Resources as an evaluator sees them, and who asks."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import Any, TypeVar

T = TypeVar("T")


class NotUnderstoodError(ValueError):
    """A resource says something that the evaluator cannot interpret."""


@dataclass(frozen=True)
class Seen:
    """A resource: its type, and its inputs and outputs as the cloud has them."""

    type: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Subject:
    """Who asks, for what and from where.

    `groups` are the groups of Entra ID that a person is in before asking for anything; `application` is the one by
    which a partner's system signs in. `address` is where the request comes from on the Internet, and `private` tells
    whether it comes through a private endpoint. `managed` is what Entra ID knows of the device.
    """

    purpose: str
    address: IPv4Address
    private: bool = False
    managed: bool = False
    groups: frozenset[str] = frozenset()
    application: str | None = None


class Resources:
    """Resources by their class, and what was found out about them."""

    def __init__(self, resources: Iterable[Seen]) -> None:
        self._by_kind: dict[str, list[Seen]] = {}
        self._found: dict[tuple[object, ...], Any] = {}
        for each in resources:
            self._by_kind.setdefault(each.type.rpartition(":")[2], []).append(each)

    def of(self, kind: str) -> Sequence[Seen]:
        """The resources whose class is `kind`."""
        return self._by_kind.get(kind, ())

    def once(self, make: Callable[..., T], *key: Hashable) -> T:
        """`make(self, *key)`, made once."""
        if (make, *key) not in self._found:
            self._found[(make, *key)] = make(self, *key)
        found: T = self._found[(make, *key)]
        return found
