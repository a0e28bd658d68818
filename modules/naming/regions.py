"""The Azure regions in which police data may be stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Region:
    """An Azure region: the `short` form in names, the paired region `pair`, and its availability `zones`, if any."""

    name: str
    short: str
    pair: str
    zones: tuple[str, ...]


@cache
def regions() -> Mapping[str, Region]:
    """Every region of the United Kingdom, by name."""
    read = yaml.safe_load(Path(__file__).with_name("regions.yaml").read_text("utf-8"))
    return {name: Region(name, entry["short"], entry["pair"], tuple(entry["zones"])) for name, entry in read.items()}


def region(name: str) -> Region:
    """The region called `name`. Raises `ValueError` for one outside the United Kingdom."""
    if name not in regions():
        raise ValueError(f"{name!r} is not a region of the United Kingdom; use {' or '.join(regions())}")
    return regions()[name]
