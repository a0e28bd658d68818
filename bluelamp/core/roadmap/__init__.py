"""What a force plans and pays for, and until when: its roadmap, in `stacks/<force>/roadmap.yaml`.

`read_roadmap` reads and checks the file. Whether a milestone is reached is never part of it: the plan decides.
"""

from bluelamp.core.roadmap.model import (
    DEMANDS,
    MODULE,
    Budget,
    Criterion,
    Milestone,
    Roadmap,
    Tactical,
    milestone_inputs,
    tactical_inputs,
    tactical_tags,
)
from bluelamp.core.roadmap.reading import FILE, has_roadmap, read_roadmap, unknown_milestone

__all__ = [
    "DEMANDS",
    "FILE",
    "MODULE",
    "Budget",
    "Criterion",
    "Milestone",
    "Roadmap",
    "Tactical",
    "has_roadmap",
    "milestone_inputs",
    "read_roadmap",
    "tactical_inputs",
    "tactical_tags",
    "unknown_milestone",
]
