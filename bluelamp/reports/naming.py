"""The names in a resource's properties: its own, and those of its parts and of referenced resources."""

from collections.abc import Iterator, Mapping
from typing import Any


def names_in(properties: Mapping[str, Any]) -> Iterator[str]:
    """The names in `properties`: the resource's own, its namespace, its parts' and those of referenced resources."""
    for key, value in properties.items():
        if isinstance(value, str) and (key == "name" or key.endswith("Name")):
            yield value
        elif key == "metadata" and isinstance(value, Mapping):
            yield from (each for word in ("name", "namespace") if isinstance(each := value.get(word), str))
        else:
            yield from _parts(value)


def _parts(value: Any) -> Iterator[str]:
    """The names of the items of lists."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, (list, tuple)):
            for item in value:
                if isinstance(item, dict) and isinstance(name := item.get("name"), str):
                    yield name
            waiting += value
        elif isinstance(value, dict):
            waiting += value.values()
