"""The type of the component that stands for an information asset; apart, as rules load nothing else for it."""

from typing import Final

ASSET: Final = "bluelamp:data:InformationAsset"
