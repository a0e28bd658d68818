"""Compares the base with the working files, force by force: what changes, why, and what it costs.

    found = compare(root, "origin/main", ["essex", "kent"])
    for force in found.affected:
        print(force.force, force.counts, force.reasons)

`model` has the classes of the result, `snapshot` one side of a comparison, `compare` the comparison itself.
"""

from bluelamp.comparison.compare import compare
from bluelamp.comparison.model import (
    Action,
    Cause,
    ChangedProperty,
    ChangedResource,
    ChangedVerdict,
    Comparison,
    Force,
    MonthlyCost,
    Reason,
    VerdictStatus,
)

__all__ = [
    "Action",
    "Cause",
    "ChangedProperty",
    "ChangedResource",
    "ChangedVerdict",
    "Comparison",
    "Force",
    "MonthlyCost",
    "Reason",
    "VerdictStatus",
    "compare",
]
