"""Microsoft Defender for Cloud: every plan on, and somebody who is told.

    Defender("defender", {"subscription_ids": {"platform": subscription_id},
                          "contacts": ["soc@essex.police.example"]})

The plans, their sub-plans and their extensions are data (`plans.yaml`); an override switches one off or gives it
another sub-plan, so that what is not bought is written down. The old auto-provisioning of agents is gone from Azure:
the extensions of the plans do its work.
"""

from bluelamp.modules.azure.defender.defender import Defender, DefenderArgs, DefenderPlan

__all__ = ["Defender", "DefenderArgs", "DefenderPlan"]
