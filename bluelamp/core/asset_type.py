"""Types of the components that stand for what a force registers; apart, as rules load nothing else for them."""

from typing import Final

ASSET: Final = "bluelamp:data:InformationAsset"
"""An information asset."""

ACCESS_RULE: Final = "bluelamp:data:AccessRule"
"""A rule of the policy of access."""

REGISTERED: Final = (ASSET, ACCESS_RULE)
"""All of them: nothing is deployed for them, and rules judge them."""
