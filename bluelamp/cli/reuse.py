"""Cached plans that a verb reuses, and the number reused."""

from pathlib import Path
from typing import TYPE_CHECKING

from bluelamp.cli.screen import Screen

if TYPE_CHECKING:
    from bluelamp.plans import Plans


def plans_of(root: Path, *, no_cache: bool = False, arm_types: Path | None = None) -> "Plans | None":
    """The cached plans of the project at `root`; None if every force must be planned again.

    Plans with other definitions of Azure types (`arm_types`) are not cached.
    """
    from bluelamp.plans import Plans

    return Plans(root) if arm_types is None and Plans.wanted(no_cache=no_cache) else None


def say_reused(screen: Screen, forces: int, reused: int) -> None:
    """Reports on stderr how many plans were reused, if any were."""
    if reused:
        noun = "force" if forces == 1 else "forces"
        anew = f", {forces - reused} planned" if forces > reused else ""
        screen.say(f"{forces} {noun}: {reused} reused{anew}")
