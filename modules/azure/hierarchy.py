"""The management group hierarchy as data. It needs no SDK, so settings can be checked against it."""

from functools import cache
from pathlib import Path
from typing import Final

import yaml

_FILE: Final = Path(__file__).with_name("management_groups") / "hierarchy.yaml"


@cache
def hierarchy() -> dict[str, dict[str, str]]:
    """Every group of `hierarchy.yaml` by its key, parents first."""
    read: dict[str, dict[str, str]] = yaml.safe_load(_FILE.read_text("utf-8"))
    return read


def ancestry(key: str) -> tuple[str, ...]:
    """The ancestors of `key` and the group itself, top group first: `("root", "landing-zones", "corp")`.

    Raises `KeyError` for a group that is not in the hierarchy.
    """
    above = hierarchy()[key].get("parent")
    return (*(ancestry(above) if above else ()), key)
