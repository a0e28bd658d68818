"""Azure Resource Manager's own type definitions, as Microsoft publishes them, and judgement by them."""

from bluelamp.rehearsal.armtypes.check import ArmTypes
from bluelamp.rehearsal.armtypes.library import LibraryError

__all__ = ["ArmTypes", "LibraryError"]
