"""Base and working files compared, force by force: what changes, why, and what it costs.

    found = compare(root, "origin/main", ["essex", "kent"])
    for force in found.affected:
        print(force.force, force.counts, force.reasons)

`model` is what is found, `snapshot` one side of it, `compare` makes the comparison.
"""

from bluelamp.comparison.compare import compare
from bluelamp.comparison.model import Because, Comparison, Force, Judged, Money, Property, Reason, Resource, Turn, What

__all__ = [
    "Because",
    "Comparison",
    "Force",
    "Judged",
    "Money",
    "Property",
    "Reason",
    "Resource",
    "Turn",
    "What",
    "compare",
]
