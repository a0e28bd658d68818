"""Break-glass accounts: two emergency access accounts, and an alert on their sign-ins.

    BreakGlass("break-glass", {"label": label, "location": "uksouth", "resource_group_name": group.name,
                               "account_ids": {"first": one, "second": two}, "workspace_id": logs.workspace_id,
                               "action_group_id": alerts.action_group_id})

Keep the accounts' passkeys in two safes. Every conditional access policy excludes the accounts' group. This module
assigns no role: assign Global Administrator to the accounts once, by hand and permanently. List existing accounts in
`account_ids`; `accounts` creates new ones. Entra ID's diagnostic settings must send sign-in logs to the workspace.
"""

from bluelamp.modules.azure.break_glass.break_glass import BreakGlass, BreakGlassAccount, BreakGlassArgs

__all__ = ["BreakGlass", "BreakGlassAccount", "BreakGlassArgs"]
