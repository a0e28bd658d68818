"""Controls shared by Azure rules, by theme."""

from typing import Final

from bluelamp.policies.controls import caf, cyber_essentials, dpa, iso, mcsb, ncsc, policing

IN_TRANSIT: Final = ncsc("1") + caf("B3.b") + iso("8.24") + mcsb("DP-3") + policing("cryptography")
"""Data in transit is encrypted."""

CLOSED: Final = (
    ncsc("11")
    + caf("B3.c", "B4.a")
    + cyber_essentials("firewalls")
    + iso("8.20", "8.22")
    + mcsb("NS-2")
    + policing("network-security")
)
"""Services are reachable from the force's own networks only."""

FILTERED: Final = (
    ncsc("11")
    + caf("B4.a")
    + cyber_essentials("firewalls")
    + iso("8.20", "8.22")
    + mcsb("NS-1")
    + policing("network-security")
)
"""Traffic between networks is filtered."""

BY_IDENTITY: Final = (
    ncsc("9", "10")
    + caf("B2.a", "B2.d")
    + cyber_essentials("user-access-control")
    + iso("5.17", "8.5")
    + mcsb("IM-1")
    + policing("identity-and-access-management")
)
"""Access requires an identity and a role."""

OWN_KEYS: Final = ncsc("2.3") + caf("B3.c") + iso("8.24") + mcsb("DP-5") + dpa("66") + policing("cryptography")
"""Data at rest is encrypted with the force's own keys."""

KEY_LIFE: Final = ncsc("2.3") + caf("B3.c") + iso("8.24") + mcsb("DP-6") + policing("cryptography")
"""Keys are strong and are rotated."""

RECOVERABLE: Final = ncsc("2.5") + caf("B5.c") + iso("8.13") + mcsb("BR-2") + policing("backup")
"""Deleted or overwritten data can be restored."""

RESILIENT: Final = ncsc("2.5") + caf("B5.b") + iso("8.14") + policing("business-continuity")
"""Services survive the loss of a machine or a building."""

HARDENED: Final = (
    ncsc("5")
    + caf("B4.b")
    + cyber_essentials("secure-configuration")
    + iso("8.9")
    + mcsb("PV-1")
    + policing("secure-configuration")
)
"""Unneeded functions are disabled."""

SUPPORTED: Final = (
    ncsc("5")
    + caf("B4.d")
    + cyber_essentials("security-update-management")
    + iso("8.8")
    + mcsb("PV-6")
    + policing("vulnerability-management")
)
"""Software is supported and gets security updates promptly."""
