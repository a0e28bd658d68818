"""Deployed resources as evaluators read them, and subjects."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import Any, TypeVar

T = TypeVar("T")


class NotUnderstoodError(ValueError):
    """A resource has content that the evaluator cannot interpret."""


@dataclass(frozen=True)
class CloudResource:
    """A deployed resource: its type, inputs and outputs."""

    type: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Subject:
    """The subject of a request: identity, purpose and origin.

    `groups` are a person's Entra ID groups before any request for access; `application` is the identity of a partner's
    system. `address` is the source address on the Internet; `private` is whether the request comes through a private
    endpoint. `managed` is whether Entra ID reports the device as compliant.
    """

    purpose: str
    address: IPv4Address
    private: bool = False
    managed: bool = False
    groups: frozenset[str] = frozenset()
    application: str | None = None


class Resources:
    """Resources by class, with cached results about them."""

    def __init__(self, resources: Iterable[CloudResource]) -> None:
        self._by_kind: dict[str, list[CloudResource]] = {}
        self._found: dict[tuple[object, ...], Any] = {}
        for each in resources:
            self._by_kind.setdefault(each.type.rpartition(":")[2], []).append(each)

    def of(self, kind: str) -> Sequence[CloudResource]:
        """The resources whose class is `kind`."""
        return self._by_kind.get(kind, ())

    def once(self, make: Callable[..., T], *key: Hashable) -> T:
        """`make(self, *key)`, computed once."""
        if (make, *key) not in self._found:
            self._found[(make, *key)] = make(self, *key)
        found: T = self._found[(make, *key)]
        return found
