"""Detects whether a stack has deployed resources."""

from collections.abc import Mapping
from typing import Any, Final

_OWN: Final = "pulumi:"


def holds(state: Mapping[str, Any]) -> bool:
    """Whether an exported state has a resource in a cloud, other than stacks, providers and components."""
    resources = (state.get("deployment") or {}).get("resources") or ()
    return any(each.get("custom") and not str(each.get("type", "")).startswith(_OWN) for each in resources)
