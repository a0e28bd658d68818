"""A force's progress on its roadmap, always computed from its plan.

`progress_of` plans a force and decides each exit criterion; `model` has the values, `ledger` the tactical spend,
`shared` finds work that several forces could do together, and `picture` draws a roadmap.
"""

from bluelamp.roadmap.model import Criterion, Debt, MilestoneProgress, RoadmapProgress, Status
from bluelamp.roadmap.progress import progress_of, progress_of_each

__all__ = ["Criterion", "Debt", "MilestoneProgress", "RoadmapProgress", "Status", "progress_of", "progress_of_each"]
