"""The hierarchy of management groups, as data: read without the SDK, so that settings can be checked against it."""

from functools import cache
from pathlib import Path
from typing import Final

import yaml

_FILE: Final = Path(__file__).with_name("management_groups") / "hierarchy.yaml"


@cache
def hierarchy() -> dict[str, dict[str, str]]:
    """Every group of `hierarchy.yaml` by what it is for, parents first."""
    read: dict[str, dict[str, str]] = yaml.safe_load(_FILE.read_text("utf-8"))
    return read


def ancestry(key: str) -> tuple[str, ...]:
    """The groups above `key` and itself, the top first: `("root", "landing-zones", "corp")`.

    Raises `KeyError` for a group that is not of the hierarchy.
    """
    above = hierarchy()[key].get("parent")
    return (*(ancestry(above) if above else ()), key)
