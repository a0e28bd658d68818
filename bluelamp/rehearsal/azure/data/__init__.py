"""The services' own facts as files: ids, names, places, computed outputs, what cannot change or go."""

import functools
import importlib.resources
from typing import Any

import yaml


@functools.cache
def facts(name: str) -> dict[str, Any]:
    """The file `name.yaml` of this folder; keys of the form `module:Class` become whole tokens."""
    text = importlib.resources.files(__package__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe
    return {f"azure-native:{key}" if ":" in key else key: value for key, value in found.items()}
