"""A force's access policy, `stacks/<force>/access.yaml`: who may see which data, for which purpose, from where.

`read_access` reads and checks the file; `decide` decides one cell (persona, asset, purpose, network, device).
Access is denied unless a rule allows it. No rule takes precedence: a policy in which two rules decide the same cell
differently is refused, and so is a policy that a target cannot express.
"""

from bluelamp.core.access.decision import Cell, Decision, cells, closing, decide
from bluelamp.core.access.limits import Offered
from bluelamp.core.access.model import (
    ANY,
    DEVICES,
    FORCE,
    FULL,
    INTERNET,
    OPEN,
    AccessAsset,
    AccessPolicy,
    Application,
    LakePath,
    OpenData,
    Persona,
    Rule,
)
from bluelamp.core.access.reading import FILE, has_access, read_access

__all__ = [
    "ANY",
    "DEVICES",
    "FILE",
    "FORCE",
    "FULL",
    "INTERNET",
    "OPEN",
    "AccessAsset",
    "AccessPolicy",
    "Application",
    "Cell",
    "Decision",
    "LakePath",
    "Offered",
    "OpenData",
    "Persona",
    "Rule",
    "cells",
    "closing",
    "decide",
    "has_access",
    "read_access",
]
