"""The working files' side of a comparison, planned in this process."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bluelamp.comparison import snapshot
from bluelamp.comparison.plan_side import or_error, plan_side
from bluelamp.fleet.judge import planned_side

if TYPE_CHECKING:
    from bluelamp.plans import Plans


def head_side(force: str, root: Path, key: bytes, plans: "Plans | None") -> dict[str, Any]:
    """The side of a force in a comparison (see `plan_side`); `key` is for digests of secrets.

    Results are cached in `plans`, as `check_plan` caches them.
    """
    if plans is None:
        return plan_side(force, root, key, snapshot)
    return or_error(lambda: planned_side(force, root, plans))
