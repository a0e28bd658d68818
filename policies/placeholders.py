"""Placeholders: texts that stand for a value that is not shown or not known, such as `[secret]` or `<unknown>`.

A rendered manifest, a preview or an export without its secrets holds them. Judged as values they would pass, so each is
`UNKNOWN` to every rule.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from bluelamp.core.resource import UNKNOWN, Resource
from bluelamp.core.wire import PLACEHOLDER, is_placeholder
from bluelamp.policies.value import joined


def without_placeholders(resource: Resource) -> Resource:
    """`resource` with `UNKNOWN` where its properties hold a placeholder; itself where they hold none."""
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
        if kind is str:  # most are, so they come first
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
    """Whether the name of a property is a placeholder; resources have few names, again and again."""
    return isinstance(name, str) and is_placeholder(name)


def _read(value: Any, path: str, reasons: dict[str, str]) -> Any:
    if isinstance(value, str):
        unknown = is_placeholder(value)
    elif isinstance(value, Mapping):
        # Which property such a key stands for cannot be said, so nothing beside it can be relied on.
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
