"""The policy baseline: assignments at each management group, their remediation identities, and exemptions.

    PolicyBaseline("policy", {"label": label, "location": "uksouth", "groups": groups.groups, "workspace_id": logs_id})

`data/assignments.yaml` has the assignments with their scopes, effects and parameters. All are enforced unless
`enforcement` or `audit_only` changes that. An assignment with remediation has an identity with the least privileged
roles. Dependencies are explicit, so one run is enough. `bluelamp policy FORCE` shows the effective
policies.
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
