"""Conditional access policies.

    ConditionalAccess("conditional-access", {"label": label, "excluded_group_ids": [break_glass.group_id]})

The policies are data (`policies.yaml`). They start in report-only mode: `state` changes all of them, `states` single
ones. Every policy excludes the break-glass accounts, so that a mistake does not lock out all administrators.
The policies need Entra ID P1; risk-based policies need P2.
"""

from bluelamp.modules.azure.conditional_access.conditional_access import ConditionalAccess, ConditionalAccessArgs

__all__ = ["ConditionalAccess", "ConditionalAccessArgs"]
