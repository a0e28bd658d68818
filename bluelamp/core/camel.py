"""Field names as JSON output spells them: in camel case, as in the settings and the reports."""

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any


def camel(name: str) -> str:
    """`next_step` as `nextStep`."""
    return re.sub(r"_+([a-z0-9])", lambda found: found[1].upper(), name.strip("_"))


def as_json(value: Any) -> Any:
    """`value` with every dataclass in it as an object of its fields in camel case; not those whose `json` is False.

    The keys of a mapping are data (names, property paths, URNs) and stay as they are.
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {
            camel(each.name): as_json(getattr(value, each.name))
            for each in fields(value)
            if each.metadata.get("json", True)
        }
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    return [as_json(item) for item in value] if isinstance(value, (list, tuple)) else value
