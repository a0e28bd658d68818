"""Landing zones: everything that a service needs before its first resource, from a few lines of settings.

    LandingZone("landing-zone-records", {
        "label": label, "location": "uksouth", "workload": "records", "archetype": "corp",
        "tenant_id": tenant, "workspace_id": logs.workspace_id, "address_space": "10.61.4.0/24",
        "budget": {"contacts": ["finance@west-midlands.police.example"]}})

The archetype says what that is: `corp` (behind the hub), `online` (and in front of the Internet, with a web application
firewall), `confidential-corp` and `confidential-online` (and under the force's own keys), `sandbox` (alone, cheap, with
an end). Each gets resource groups, a network, a key vault, immutable backups, a budget, and the roles that it names; in
the subscription that it is given, in a new one, or in the platform's own.
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
