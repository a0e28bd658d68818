"""Validation against Azure Resource Manager's type definitions, as Microsoft publishes them."""

from bluelamp.rehearsal.armtypes.check import ArmTypes
from bluelamp.rehearsal.armtypes.library import LibraryError

__all__ = ["ArmTypes", "LibraryError"]
