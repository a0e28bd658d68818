"""The rules in other policy languages, so that what judges a plan also guards the cluster and the subscription.

A rule is declared once, in its area. Here it is turned into ValidatingAdmissionPolicies for a cluster's API server, or
into Azure Policy for a force's root management group; the cases that the rule is held to hold them too.
"""

from bluelamp.policies.compiled.admission import to_admission
from bluelamp.policies.compiled.azure_policy import initiative, to_azure_policy
from bluelamp.policies.compiled.result import CannotCompile, Compiled

__all__ = ["CannotCompile", "Compiled", "initiative", "to_admission", "to_azure_policy"]
