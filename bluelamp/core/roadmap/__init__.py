"""A force's roadmap, `stacks/<force>/roadmap.yaml`: milestones, budgets and tactical spend with end dates.

`read_roadmap` reads and checks the file. The plan, not the file, decides whether a milestone is reached.
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
