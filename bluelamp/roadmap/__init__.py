"""Where a force is on its roadmap: computed from its plan, never written down.

`stand` plans a force and decides each exit criterion; `standing` has the values, `ledger` the tactical spend, `shared`
what several forces could do together, `picture` draws a roadmap.
"""

from bluelamp.roadmap.stand import stand, stands
from bluelamp.roadmap.standing import Criterion, Debt, MilestoneStanding, Standing, Status

__all__ = ["Criterion", "Debt", "MilestoneStanding", "Standing", "Status", "stand", "stands"]
