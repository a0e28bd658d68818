"""Determines effective access from resources, with an evaluator for each target of an access policy.

The evaluators apply Azure's rules without the policy: they read groups, access packages, conditional access, role
assignments, conditions and API Management policies, and determine which view of an asset a subject can read. Anything
that they cannot interpret raises `NotUnderstoodError`, and never counts as allowed or denied. `disagreements` compares
the results with the policy, cell by cell.
"""

from bluelamp.access.agreement import Cloud, Disagreement, answers, disagreements, made
from bluelamp.access.cloud_resource import CloudResource, NotUnderstoodError, Resources, Subject

__all__ = [
    "Cloud",
    "CloudResource",
    "Disagreement",
    "NotUnderstoodError",
    "Resources",
    "Subject",
    "answers",
    "disagreements",
    "made",
]
