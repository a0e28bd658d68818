"""Detects states that still need azure-native's aliases of versioned types."""

import re
from collections.abc import Mapping
from typing import Any

from bluelamp.core.text import first_of
from bluelamp.errors import UsageError

_VERSIONED = re.compile(r"(^|\$)azure-native:[\w-]+/v\d{8}\w*:")


def refuse_versioned(force: str, state: Mapping[str, Any]) -> None:
    """Raises `UsageError` if the aliases are dropped while the state has types that only aliases match.

    Without them the engine would replace the resources.
    """
    resources = (state.get("deployment") or {}).get("resources") or []
    versioned = sorted({resource["type"] for resource in resources if _VERSIONED.search(resource["type"])})
    if versioned:
        raise UsageError(
            f"stacks/Pulumi.{force}.yaml: bluelamp:versionAliases: drop would replace resources whose state holds "
            f"versioned types: {first_of(versioned)}",
            next_step="set bluelamp:versionAliases: keep until an update has rewritten them",
        )
