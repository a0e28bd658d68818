"""The sides of a comparison that this process plans."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bluelamp.comparison import snapshot
from bluelamp.comparison.side import side
from bluelamp.core.problems import SettingsError
from bluelamp.errors import BluelampError
from bluelamp.fleet.judge import planned_side

if TYPE_CHECKING:
    from bluelamp.plans import Plans


def judged_side(force: str, root: Path, key: bytes, plans: "Plans | None") -> dict[str, Any]:
    """The side of a force in a comparison (see `bluelamp.comparison.side`); `key` is for digests of secrets.

    What comes of it is kept in `plans`, as `check_plan` does.
    """
    if plans is None:
        return side(force, root, key, snapshot)
    try:
        return planned_side(force, root, plans)
    except SettingsError as error:
        return {"error": "; ".join(map(str, error.problems))}
    except BluelampError as error:
        return {"error": error.message}
