"""Lazy outputs of a resource's properties.

The SDK creates an output for each property that a resource may have, with four futures and a task, but most are never
read: twelve thousand for a force of 800 resources (`transfer_properties` in pulumi/runtime/rpc.py). Here an output
creates its future when it is first read. Until then a `Property` stores the result of the registration.
"""

import asyncio
from collections.abc import Callable
from threading import Lock
from typing import Any, Final

from pulumi.output import Output, _OutputData

from bluelamp.infra.quick_sdk.tracking import track

_UNREAD: Final = "_unread"
_LOCK: Final = Lock()
"""A thread may read an output while the event loop resolves it."""


class Property:
    """The result of one property of a resource, and its future once the output is read.

    An instance is a resolver in the SDK's sense: the registration calls it with the result.
    """

    __slots__ = ("_deferred", "_future", "_loop", "_name", "_resource", "_result")

    def __init__(self, resource: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._resource, self._loop = resource, loop
        self._result: tuple[Any, bool, bool, Any, Exception | None] | None = None
        self._deferred: Callable[[str], tuple[Any, bool, bool, Any]] | None = None
        self._name = ""
        self._future: asyncio.Future[Any] | None = None

    def __call__(self, value: Any, is_known: bool, is_secret: bool, deps: Any, failed: Exception | None) -> None:
        """Stores the result of the registration."""
        with _LOCK:
            self._result = (value, is_known, is_secret, deps, failed)
            if self._future is not None:
                self._settle(self._future)

    def defer(self, results: Callable[[str], tuple[Any, bool, bool, Any]], name: str) -> None:
        """Stores a function that computes the result from `name` when the output is read."""
        with _LOCK:
            self._deferred, self._name = results, name
            if self._future is not None:
                self._settle(self._future)

    def future(self) -> "asyncio.Future[Any]":
        """The output's future, already settled if the registration has ended."""
        with _LOCK:
            if self._future is None:
                self._future = self._loop.create_future()
                if self._result is not None or self._deferred is not None:
                    self._settle(self._future)
            return self._future

    def _settle(self, future: "asyncio.Future[Any]") -> None:
        if self._deferred is not None:
            try:
                self._result = (*self._deferred(self._name), None)
            except Exception as error:
                self._result = (None, False, False, None, error)
        value, is_known, is_secret, deps, failed = self._result or (None, False, False, None, None)
        self._result = self._deferred = None
        if failed is not None:
            future.set_exception(failed)
            return
        future.set_result(
            _OutputData(resources={*(deps or ()), self._resource}, value=value, is_known=is_known, is_secret=is_secret)
        )


class _Later:
    """The future of an output that is not created yet."""

    __slots__ = ("_make",)

    def __init__(self, make: Callable[[], Output[Any]]) -> None:
        self._make = make

    def future(self) -> "asyncio.Future[Any]":
        """Creates the output and returns its future."""
        return self._make()._data


def later(make: Callable[[], Output[Any]]) -> Output[Any]:
    """An output that is created when it is read."""
    return _unread(_Later(make))


class Unread:
    """`Output._data` of an unread output; other outputs have an instance attribute of that name instead."""

    def __get__(self, output: Any, _: type | None = None) -> Any:
        """The future of the output, created on first use."""
        if output is None:
            return self
        attributes = vars(output)
        if _UNREAD not in attributes:
            raise AttributeError("_data")
        future = attributes["_data"] = attributes[_UNREAD].future()
        track(output)
        return future


def transfer_properties(resource: Any, properties: Any, custom: bool) -> dict[str, Property]:
    """As the SDK's, with lazy outputs."""
    loop = asyncio.get_event_loop()
    attributes = vars(resource)
    slots: dict[str, Property] = {}
    for name in properties:
        if name == "urn" or (name == "id" and custom):
            continue
        slots[name] = slot = Property(resource, loop)
        attributes[name] = _unread(slot)
    return slots


def resource_output(resource: Any) -> tuple[Callable[[Any, bool, bool, Exception | None], None], Output[Any]]:
    """As the SDK's: the resolver of a resource's URN or id, and its lazy output."""
    slot = Property(resource, asyncio.get_event_loop())

    def resolve(value: Any, is_known: bool, is_secret: bool, failed: Exception | None) -> None:
        slot(value, is_known, is_secret, None, failed)

    return resolve, _unread(slot)


def _unread(source: "Property | _Later") -> Output[Any]:
    output: Output[Any] = object.__new__(Output)
    vars(output)[_UNREAD] = source
    return output
