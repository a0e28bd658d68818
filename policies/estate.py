"""The resources that are judged together, for rules that need more than one."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import chain
from typing import Any, TypeVar

from bluelamp.core.resource import Resource, type_of
from bluelamp.policies.value import Value, root

_T = TypeVar("_T")
_VERSION = re.compile(r"^azure-native(?:_\w+_v\d{8}\w*)?:([^/:]+)(?:/v\d{8}[^:]*)?:")
_CORE = re.compile(r"^kubernetes:(v\d[^/:]*):")


class Estate:
    """All resources that are judged together, by type, with a cache for indexes that rules build over them."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self._by_type: dict[str, list[Value]] = {}
        self._once: dict[Callable[..., Any], Any] = {}
        for resource in resources:
            self._by_type.setdefault(canonical(resource.type), []).append(root(resource))

    def of(self, *types: str) -> list[Value]:
        """The properties of every resource of these types."""
        return [value for type_ in types for value in self._by_type.get(type_, ())]

    def all(self) -> Iterator[Value]:
        """The properties of every resource."""
        return chain.from_iterable(self._by_type.values())

    def once(self, build: Callable[["Estate"], _T]) -> _T:
        """The result of `build` on the estate, computed on first use and shared by all rules and resources.

        An error is cached too and raised each time, so that a failing `build` runs only once.
        """
        if build not in self._once:
            try:
                self._once[build] = (build(self), None)
            except BaseException as error:
                self._once[build] = (None, error)
        built, raised = self._once[build]
        if raised is not None:
            raise raised.with_traceback(None)
        result: _T = built
        return result


@lru_cache(maxsize=4096)
def canonical(type_: str) -> str:
    """The type in the notation of rules.

    It has no azure-native API version (`azure-native:network/v20240501:Subnet`, or with a generated SDK
    `azure-native_network_v20240501:network:Subnet`), and `core` for the core group of Kubernetes, which custom
    resources omit (`kubernetes:v1:Pod`).
    """
    if type_.startswith("kubernetes:"):
        return _CORE.sub(r"kubernetes:core/\1:", type_)
    return _VERSION.sub(r"azure-native:\1:", type_)


def kind_of(urn: str) -> str:
    """The canonical type of the resource with this URN."""
    return canonical(type_of(urn))
