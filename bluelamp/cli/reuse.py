"""The kept plans that a verb reuses, and how many of them it did."""

from pathlib import Path
from typing import TYPE_CHECKING

from bluelamp.cli.screen import Screen

if TYPE_CHECKING:
    from bluelamp.plans import Plans


def plans_of(root: Path, *, no_cache: bool = False, arm_types: Path | None = None) -> "Plans | None":
    """The kept plans of the project at `root`; None where every force is to be planned anew.

    What is planned with other definitions of Azure's types (`arm_types`) is not kept.
    """
    from bluelamp.plans import Plans

    return Plans(root) if arm_types is None and Plans.wanted(no_cache=no_cache) else None


def say_reused(screen: Screen, forces: int, reused: int) -> None:
    """Says on stderr how many forces were not planned, where any were not."""
    if reused:
        noun = "force" if forces == 1 else "forces"
        anew = f", {forces - reused} planned" if forces > reused else ""
        screen.say(f"{forces} {noun}: {reused} reused{anew}")
