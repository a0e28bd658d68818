"""The rules in other policy languages, so that what judges a plan also guards the cluster and the subscription.

A rule is declared once, in its area. Here it is turned into ValidatingAdmissionPolicies for a cluster's API server.
"""

from policies.compiled.admission import to_admission
from policies.compiled.result import CannotCompile, Compiled

__all__ = ["CannotCompile", "Compiled", "to_admission"]
