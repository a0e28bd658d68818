"""Property paths as the engine writes them: `securityRules[0].access`, `metadata.annotations["a.b/c"]`."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

_PART = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|\.?([^.\[\]]+)')
_INDEX = re.compile(r"\[\d+\]")

Steps = tuple[str | int, ...]


def parse(path: str) -> Steps:
    """The steps of a path: names and indexes. Raises `ValueError` where it is not one."""
    steps: list[str | int] = []
    place = 0
    while place < len(path):
        found = _PART.match(path, place)
        if found is None:
            raise ValueError(f"{path!r} is not a property path (at character {place + 1})")
        quoted, index, name = found.groups()
        steps.append(int(index) if index is not None else quoted.replace('\\"', '"') if quoted is not None else name)
        place = found.end()
    if not steps:
        raise ValueError("a property path cannot be empty")
    return tuple(steps)


def within(path: str, places: Iterable[str]) -> bool:
    """Whether a property path is one of `places`, or inside one; in those `[*]` is any index."""
    anywhere = _INDEX.sub("[*]", path)
    return any(one == each or each.startswith((f"{one}.", f"{one}[")) for one in places for each in (path, anywhere))


def replaced(value: Any, steps: Sequence[str | int], new: Any) -> Any:
    """`value` with what is at `steps` replaced; objects on the way are made. Raises `LookupError` past a list's end."""
    if not steps:
        return new
    step, rest = steps[0], steps[1:]
    if isinstance(step, int):
        items = list(value) if isinstance(value, list) else []
        if step > len(items):
            raise LookupError(f"there is no [{step}]: the list has {len(items)} items")
        items[step : step + 1] = [replaced(items[step] if step < len(items) else None, rest, new)]
        return items
    fields = dict(value) if isinstance(value, dict) else {}
    fields[step] = replaced(fields.get(step), rest, new)
    return fields


def found(value: Any, steps: Sequence[str | int]) -> Any:
    """What is at `steps`, or None."""
    for step in steps:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and step < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value
