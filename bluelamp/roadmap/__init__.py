"""Where a force is on its roadmap: computed from its plan, never written down.

`progress_of` plans a force and decides each exit criterion; `standing` has the values, `ledger` the tactical spend,
`shared` what several forces could do together, `picture` draws a roadmap.
"""

from bluelamp.roadmap.progress import progress_of, progress_of_each
from bluelamp.roadmap.standing import Criterion, Debt, MilestoneStanding, Standing, Status

__all__ = ["Criterion", "Debt", "MilestoneStanding", "Standing", "Status", "progress_of", "progress_of_each"]
