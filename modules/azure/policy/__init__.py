"""The policy baseline: what is assigned at each management group, with what it takes to mend, and exemptions.

    PolicyBaseline("policy", {"label": label, "location": "uksouth", "groups": groups.groups, "workspace_id": logs_id})

The assignments, with their scopes, effects and parameters, are in `data/assignments.yaml`. Everything is enforced
unless `enforcement` or `audit_only` says otherwise. An assignment that mends has an identity with the narrowest roles
that do, and everything waits for what it needs, so nothing has to be run twice. `bluelamp policy FORCE` shows what is
in force.
"""

from bluelamp.modules.azure.policy.arguments import (
    AssignmentChange,
    Exemption,
    PolicyBaselineArgs,
    ResourceSelector,
    Selector,
)
from bluelamp.modules.azure.policy.catalogue import assignments, dns_zones
from bluelamp.modules.azure.policy.checks import assigned_at
from bluelamp.modules.azure.policy.policy_baseline import PolicyBaseline

__all__ = [
    "AssignmentChange",
    "Exemption",
    "PolicyBaseline",
    "PolicyBaselineArgs",
    "ResourceSelector",
    "Selector",
    "assigned_at",
    "assignments",
    "dns_zones",
]
