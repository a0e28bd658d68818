"""Microsoft Defender for Cloud: every plan enabled, and a security contact.

    Defender("defender", {"subscription_ids": {"platform": subscription_id},
                          "contacts": ["soc@essex.police.example"]})

The plans, sub-plans and extensions are data (`plans.yaml`). An override disables a plan or sets another sub-plan, so
that exceptions are documented. Azure has retired the auto-provisioning of agents: the extensions of the plans
replace it.
"""

from bluelamp.modules.azure.defender.defender import Defender, DefenderArgs, DefenderPlan

__all__ = ["Defender", "DefenderArgs", "DefenderPlan"]
