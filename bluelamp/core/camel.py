"""Field names as JSON output spells them: in camel case, as in the settings and the reports."""

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any


def camel(name: str) -> str:
    """`next_step` as `nextStep`."""
    return re.sub(r"_+([a-z0-9])", lambda found: found[1].upper(), name.strip("_"))


@cache
def json_fields(of: type) -> tuple[tuple[str, str], ...]:
    """The fields of a dataclass, each with its name in JSON and in Python; not those whose metadata `json` is False."""
    return tuple((camel(each.name), each.name) for each in fields(of) if each.metadata.get("json", True))


def as_json(value: Any) -> Any:
    """`value` with every dataclass in it as an object of its fields in camel case; not those whose `json` is False.

    The keys of a mapping are data (names, property paths, URNs) and stay as they are.
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {name: as_json(getattr(value, own)) for name, own in json_fields(type(value))}
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    return [as_json(item) for item in value] if isinstance(value, (list, tuple)) else value
