"""Types of the components that stand for what a force registers; apart, as rules load nothing else for them."""

from typing import Final

ASSET: Final = "bluelamp:data:InformationAsset"
"""An information asset."""

ACCESS_RULE: Final = "bluelamp:data:AccessRule"
"""A rule of the policy of access."""

MILESTONE: Final = "bluelamp:spend:Milestone"
"""A milestone of the roadmap."""

TACTICAL: Final = "bluelamp:spend:TacticalSpend"
"""Spend that has an end and a successor."""

COST_INPUTS: Final = "bluelamp:spend:CostInputs"
"""The use, the hardware and the refreshed prices that costs follow from."""

REGISTERED: Final = (ASSET, ACCESS_RULE, MILESTONE, TACTICAL, COST_INPUTS)
"""All of them: nothing is deployed for them, and rules judge them."""
