"""Landing zone archetypes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Archetype:
    """One archetype; the fields are those of `archetypes.yaml`."""

    management_group: str
    joined: bool
    backup: bool
    vault: bool
    own_keys: bool
    firewall: str
    budget: int
    most: int | None = None
    offer: str = "Production"
    ends: bool = False


@cache
def archetypes() -> Mapping[str, Archetype]:
    """Every archetype, by name."""
    read = yaml.safe_load(Path(__file__).with_name("archetypes.yaml").read_text("utf-8"))
    return {name: Archetype(**fields) for name, fields in read.items()}
