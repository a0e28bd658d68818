"""Placeholders: texts in place of a hidden or unknown value, such as `[secret]` or `<unknown>`.

Rendered manifests, previews and exports without secrets contain them. As values they could pass a rule, so each is
`UNKNOWN`.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from bluelamp.core.resource import UNKNOWN, Resource
from bluelamp.core.wire import PLACEHOLDER, is_placeholder
from bluelamp.policies.value import joined


def without_placeholders(resource: Resource) -> Resource:
    """`resource` with `UNKNOWN` in place of placeholders; the same object if it has none."""
    if not _any(resource.properties):
        return resource
    reasons = dict(resource.reasons)
    properties = _read(resource.properties, "", reasons)
    return replace(resource, properties=properties, reasons=reasons)


def _any(properties: Any) -> bool:
    waiting = [properties]
    while waiting:
        value = waiting.pop()
        kind = type(value)
        if kind is str:  # the most common type first, for speed
            if is_placeholder(value):
                return True
        elif kind is dict or isinstance(value, Mapping):
            if any(map(_is_placeholder_name, value)):
                return True
            waiting += value.values()
        elif kind is list or kind is tuple:
            waiting += value
        elif isinstance(value, str) and is_placeholder(value):
            return True
    return False


@lru_cache(maxsize=4096)
def _is_placeholder_name(name: object) -> bool:
    """Whether the name of a property is a placeholder; cached, as names repeat."""
    return isinstance(name, str) and is_placeholder(name)


def _read(value: Any, path: str, reasons: dict[str, str]) -> Any:
    if isinstance(value, str):
        unknown = is_placeholder(value)
    elif isinstance(value, Mapping):
        # The key may be that of any property, so the other properties are not reliable either.
        unknown = any(isinstance(key, str) and is_placeholder(key) for key in value)
    else:
        unknown = False
    if unknown:
        reasons[path] = PLACEHOLDER
        return UNKNOWN
    if isinstance(value, Mapping):
        return {key: _read(item, joined(path, key), reasons) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_read(item, joined(path, index), reasons) for index, item in enumerate(value)]
    return value
