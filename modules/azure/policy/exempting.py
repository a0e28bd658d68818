"""Creates a policy exemption."""

import pulumi
from pulumi_azure_native import authorization

from bluelamp.modules.azure.policy.arguments import Exemption
from bluelamp.modules.azure.policy.assigning import Place


def exempt(
    place: Place, exemption: Exemption, assigned_at: str, assignment: authorization.PolicyAssignment
) -> authorization.PolicyExemption:
    """Creates an exemption from `assignment` at the group `assigned_at`.

    An expired exemption is also created: Azure ignores it after its last day, and the plan must not depend on the
    current date.
    """
    scope = exemption["scope"]
    kept = ("requester", "approver", "risk_reference", "compensating_control")
    metadata = {key: value for key, value in exemption.items() if key in kept}
    return authorization.PolicyExemption(
        f"{place.name}-exemption-{exemption['id']}",
        policy_exemption_name=exemption["id"],
        scope=place.scope(scope) if scope in place.groups else scope,
        policy_assignment_id=pulumi.Output.concat(
            place.scope(assigned_at), "/providers/Microsoft.Authorization/policyAssignments/", exemption["assignment"]
        ),
        exemption_category=exemption.get("category", "Waiver"),
        display_name=f"{exemption['id']} {exemption['assignment']}",
        description=exemption["reason"],
        expires_on=f"{exemption['expires_on']}T23:59:59Z",
        policy_definition_reference_ids=exemption.get("definitions", []),
        metadata=metadata,
        opts=place.after(assignment),
    )
