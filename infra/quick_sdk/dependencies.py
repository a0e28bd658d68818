"""The resources that an input depends on (`_add_dependency` in pulumi/runtime/rpc.py).

The SDK imports its classes again for each resource, creates a coroutine for each URN, and searches for a cycle again
for each input that depends on the same resource.
"""

import os
from collections import deque
from typing import Any

from pulumi.resource import ComponentResource, Resource
from pulumi.runtime import rpc
from pulumi.runtime.resource_cycle_breaker import _DEPENDENCIES_PROPERTY

_CYCLE = (
    "We have detected a circular dependency involving a resource of type {type} named {name}.\n"
    "Please review any `depends_on`, `parent` or other dependency relationships between your resources to ensure "
    "no cycles have been introduced in your program."
)


async def add_dependency(deps: dict[str, Any], res: Any, from_resource: Any) -> None:
    """As the SDK's."""
    left = deque([res])
    found = []
    while left:
        each = left.popleft()
        if not isinstance(each, Resource):
            raise TypeError(f"'depends_on' was passed a value {each} that was not a Resource.")
        if from_resource and not _declared(from_resource, each):
            if os.getenv(rpc.ERROR_ON_DEPENDENCY_CYCLES_VAR, "true").lower() != "true":
                continue
            raise RuntimeError(_CYCLE.format(type=each._type, name=each._name))
        if isinstance(each, ComponentResource) and not each._remote:
            left.extend(each._childResources.copy())
        else:
            found.append(each)
    for each in found:
        data = each.urn._data
        urn = data.result().value if data.done() else await each.urn.future()
        if urn:
            deps[urn] = each


def _declared(dependent: Any, needed: Any) -> bool:
    """As the SDK's `declare_dependency`: False for a dependency that would create a cycle, else records it."""
    known = vars(dependent).get(_DEPENDENCIES_PROPERTY, frozenset())
    if needed in known:
        return True
    seen = {needed}
    left = [needed]
    while left:
        each = left.pop()
        if each == dependent:
            return False
        new = vars(each).get(_DEPENDENCIES_PROPERTY, frozenset()) - seen
        seen |= new
        left += new
    setattr(dependent, _DEPENDENCIES_PROPERTY, known | {needed})
    return True
