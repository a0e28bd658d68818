"""A search for unknown values in the values of outputs (`contains_unknowns` in pulumi/runtime/rpc.py)."""

from typing import Any

from pulumi.output import Unknown


def contains_unknowns(value: Any) -> bool:
    """As the SDK's: whether the value is unknown, or a list or dictionary with an unknown value at any depth."""
    if isinstance(value, Unknown):
        return True
    return isinstance(value, dict | list) and _contains(value, set())


def _contains(value: Any, seen: set[int]) -> bool:
    if id(value) in seen:
        return False
    seen.add(id(value))
    for each in (value[key] for key in value) if isinstance(value, dict) else value:
        if isinstance(each, Unknown) or (isinstance(each, dict | list) and _contains(each, seen)):
            return True
    return False
