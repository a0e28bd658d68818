"""Breaking the glass: two accounts that get in when nothing else does, and an alarm when anybody uses one.

    BreakGlass("break-glass", {"label": label, "location": "uksouth", "resource_group_name": group.name,
                               "account_ids": {"first": one, "second": two}, "workspace_id": logs.workspace_id,
                               "action_group_id": alerts.action_group_id})

The accounts' passkeys lie in two safes. They are excluded from every policy of conditional access by their group, and
hold no role from here: Global Administrator is given to them once, by hand, for good. Accounts that exist are named in
`account_ids`; `accounts` makes new ones. Sign-in logs must come to the workspace (Entra ID's diagnostic settings).
"""

from bluelamp.modules.azure.break_glass.break_glass import BreakGlass, BreakGlassAccount, BreakGlassArgs

__all__ = ["BreakGlass", "BreakGlassAccount", "BreakGlassArgs"]
