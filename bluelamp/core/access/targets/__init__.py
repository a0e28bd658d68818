"""Compiles an access policy to resources of Entra ID, the lake and API Management, as data for the program."""

from bluelamp.core.access.targets.compiled import compiled, needs_gateway, needs_lake
from bluelamp.core.access.targets.lake import acls, views
from bluelamp.core.access.targets.wanted import Compiling, Wanted, resolved

__all__ = ["Compiling", "Wanted", "acls", "compiled", "needs_gateway", "needs_lake", "resolved", "views"]
