"""Reads the alert definitions."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml


@cache
def catalogue(kind: str) -> dict[str, dict[str, Any]]:
    """The alerts of kind `activity`, `searches` or `metrics`, by name."""
    read: dict[str, dict[str, Any]] = yaml.safe_load(Path(__file__).with_name(f"{kind}.yaml").read_text("utf-8"))
    return read
