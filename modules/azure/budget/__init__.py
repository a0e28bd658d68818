"""Budgets.

Budget("budget", {"label": label, "workload": "platform", "scope": subscription_id, "amount": 12_000,
                  "contacts": ["finance@essex.police.example"]})
"""

from bluelamp.modules.azure.budget.budget import Budget, BudgetArgs

__all__ = ["Budget", "BudgetArgs"]
