"""Who can do what, answered from resources alone: an evaluator for each target that a policy of access compiles to.

The evaluators know Azure's rules and nothing of the policy: they read groups, access packages, conditional access,
role assignments, conditions and the policies of API Management, and say which view of an asset somebody can read. What
they cannot interpret raises `NotUnderstoodError`; it is never taken for a denial or a permission. `disagreements`
compares their answers with the policy's, cell by cell.
"""

from bluelamp.access.agreement import Cloud, Disagreement, answers, disagreements, made
from bluelamp.access.seen import NotUnderstoodError, Resources, Seen, Subject

__all__ = [
    "Cloud",
    "Disagreement",
    "NotUnderstoodError",
    "Resources",
    "Seen",
    "Subject",
    "answers",
    "disagreements",
    "made",
]
