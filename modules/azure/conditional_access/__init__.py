"""Conditional access: from whom, where and what a sign-in is taken.

    ConditionalAccess("conditional-access", {"label": label, "excluded_group_ids": [break_glass.group_id]})

The policies are data (`policies.yaml`). They begin in report-only: `state` switches all of them, `states` one at a
time. The accounts that break the glass are excluded from every one, or a mistake here would lock everybody out.
Nothing here works without Entra ID P1; policies by risk need P2.
"""

from bluelamp.modules.azure.conditional_access.conditional_access import ConditionalAccess, ConditionalAccessArgs

__all__ = ["ConditionalAccess", "ConditionalAccessArgs"]
