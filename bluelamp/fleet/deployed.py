"""Whether anything of a stack is deployed."""

from collections.abc import Mapping
from typing import Any, Final

_OWN: Final = "pulumi:"


def holds(state: Mapping[str, Any]) -> bool:
    """Whether an exported state holds a resource that a cloud has: no stack, provider or component."""
    resources = (state.get("deployment") or {}).get("resources") or ()
    return any(each.get("custom") and not str(each.get("type", "")).startswith(_OWN) for each in resources)
