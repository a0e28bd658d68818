"""Entra ID: privileged access, emergency accounts and conditional access."""

from typing import TYPE_CHECKING

import pulumi

from bluelamp.infra.program.azure.context import Context
from bluelamp.infra.program.azure.subscriptions import PLATFORM
from bluelamp.modules.azure.built_in_roles import role_definition_id

if TYPE_CHECKING:
    from bluelamp.modules.azure.log_analytics import LogAnalytics
    from bluelamp.modules.azure.privileged_access import RoleGrant

_CONTRIBUTOR = role_definition_id("Contributor")
_SECURITY_ADMIN = role_definition_id("Security Admin")


def identity(
    context: Context, logs: "LogAnalytics", action_group_id: pulumi.Output[str] | None
) -> "pulumi.Output[str] | None":
    """Creates groups for privileged access, emergency accounts and, only with those, conditional access policies.

    Returns the group of the emergency accounts, if any.
    """
    if context.has("privilegedAccess"):
        from bluelamp.modules.azure.privileged_access import PrivilegedAccess

        PrivilegedAccess(
            "privileged-access",
            {
                "label": context.label,
                "groups": {
                    "platform-engineers": {
                        "description": "Run the landing zone, for some hours at a time",
                        "azure_roles": _everywhere(context, "contributor", _CONTRIBUTOR),
                    },
                    "security-operators": {
                        "description": "Answer to alerts and change security settings, for some hours at a time",
                        "azure_roles": _everywhere(context, "security", _SECURITY_ADMIN),
                        "longest_hours": 4,
                    },
                },
            },
            context.opts,
        )
    accounts = context.azure.break_glass
    if accounts is None or action_group_id is None or not context.has("breakGlass"):
        return None
    from bluelamp.modules.azure.break_glass import BreakGlass

    broken = BreakGlass(
        "break-glass",
        {
            "label": context.label,
            "location": context.location,
            "resource_group_name": context.group("management").name,
            "workspace_id": logs.workspace_id,
            "action_group_id": action_group_id,
            "account_ids": {f"account-{index}": each for index, each in enumerate(accounts.account_ids, 1)},
            "protect": False,
        },
        context.at("management"),
    )
    if context.has("conditionalAccess"):
        from bluelamp.modules.azure.conditional_access import ConditionalAccess

        ConditionalAccess(
            "conditional-access", {"label": context.label, "excluded_group_ids": [broken.group_id]}, context.opts
        )
    group_id: pulumi.Output[str] = broken.group_id
    return group_id


def _everywhere(context: Context, name: str, role: str) -> "dict[str, RoleGrant]":
    """A role assignment on each of the platform's subscriptions, by a short name."""
    return {
        name if short == PLATFORM else f"{name}-{short}": {
            "role_definition_id": role,
            "scope": pulumi.Output.concat("/subscriptions/", subscription),
        }
        for short, subscription in context.platform.items()
    }
