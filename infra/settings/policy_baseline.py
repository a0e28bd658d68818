"""The Azure Policy baseline as data, read without the SDK, for checks of settings."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from bluelamp.modules import naming

NEEDED: Final = {"ddos_plan_id": "ddosPlan", "private_dns_zone_ids": "privateDns"}
"""The component that creates what an assignment needs, by the argument in its `needs`."""

DATA: Final = Path(naming.__file__).parent.parent / "azure" / "policy" / "data"


@cache
def assignments() -> Mapping[str, Mapping[str, Any]]:
    """The rows of `assignments.yaml`, by name."""
    return _read("assignments.yaml")


@cache
def initiatives() -> Mapping[str, Mapping[str, Any]]:
    """Bluelamp's own initiatives in `initiatives.yaml`, by name."""
    return _read("initiatives.yaml")


def _read(name: str) -> dict[str, dict[str, Any]]:
    read: dict[str, dict[str, Any]] = yaml.safe_load((DATA / name).read_text("utf-8"))
    return read
