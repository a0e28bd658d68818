"""Resource types of the components for a force's registers. A separate module keeps the imports of rules small."""

from typing import Final

ASSET: Final = "bluelamp:data:InformationAsset"
"""An information asset."""

ACCESS_RULE: Final = "bluelamp:data:AccessRule"
"""A rule of the access policy."""

MILESTONE: Final = "bluelamp:spend:Milestone"
"""A milestone of the roadmap."""

TACTICAL: Final = "bluelamp:spend:TacticalSpend"
"""Tactical spend, which has an end and a successor."""

COST_INPUTS: Final = "bluelamp:spend:CostInputs"
"""The usage, hardware and refreshed prices from which costs are computed."""

REGISTERED: Final = (ASSET, ACCESS_RULE, MILESTONE, TACTICAL, COST_INPUTS)
"""All of them: rules judge them, but nothing is deployed for them."""
