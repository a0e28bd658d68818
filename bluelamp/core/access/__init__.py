"""Who may see which data, for what, from where: a force's policy of access, in `stacks/<force>/access.yaml`.

`read_access` reads and checks the file; `decide` answers for one cell (persona, asset, purpose, network, device).
Nothing is allowed that no rule allows. No rule takes precedence over another: a policy in which two rules decide the
same cell differently is refused, and so is one that a target cannot express.
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
