"""Compiles rules into other policy languages, so that clusters and subscriptions enforce the same rules.

A rule is declared once, in its area. It is compiled into ValidatingAdmissionPolicies for a cluster's API server, or
into Azure Policy for a force's root management group. The rule's cases test the compiled policies too.
"""

from bluelamp.policies.compiled.admission import to_admission
from bluelamp.policies.compiled.azure_policy import initiative, to_azure_policy
from bluelamp.policies.compiled.result import CannotCompile, Compiled

__all__ = ["CannotCompile", "Compiled", "initiative", "to_admission", "to_azure_policy"]
