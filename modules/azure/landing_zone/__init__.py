"""Landing zones: everything that a service needs before its first resource, from a few settings.

    LandingZone("landing-zone-records", {
        "label": label, "location": "uksouth", "workload": "records", "archetype": "corp",
        "tenant_id": tenant, "workspace_id": logs.workspace_id, "address_space": "10.61.4.0/24",
        "budget": {"contacts": ["finance@west-midlands.police.example"]}})

The archetypes are `corp` (connected to the hub), `online` (Internet-facing, with a web application firewall),
`confidential-corp` and `confidential-online` (with customer-managed keys), and `sandbox` (isolated, low budget, with an
expiry date). Each has resource groups, a network, a key vault, immutable backups, a budget and role assignments, in an
existing subscription, in a new one, or in the platform subscription.
"""

from bluelamp.modules.azure.landing_zone.archetypes import Archetype, archetypes
from bluelamp.modules.azure.landing_zone.arguments import (
    LandingZoneAccess,
    LandingZoneArgs,
    LandingZoneBackup,
    LandingZoneBudget,
)
from bluelamp.modules.azure.landing_zone.landing_zone import LandingZone

__all__ = [
    "Archetype",
    "LandingZone",
    "LandingZoneAccess",
    "LandingZoneArgs",
    "LandingZoneBackup",
    "LandingZoneBudget",
    "archetypes",
]
