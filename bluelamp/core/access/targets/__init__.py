"""What a policy of access compiles to: Entra ID, the lake, and API Management, as data that Pulumi then makes."""

from bluelamp.core.access.targets.compiled import compiled, needs_gateway, needs_lake
from bluelamp.core.access.targets.lake import acls, views
from bluelamp.core.access.targets.wanted import Compiling, Wanted, resolved

__all__ = ["Compiling", "Wanted", "acls", "compiled", "needs_gateway", "needs_lake", "resolved", "views"]
