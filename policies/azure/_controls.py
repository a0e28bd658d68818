"""Controls that Azure rules have in common, by theme."""

from typing import Final

from bluelamp.policies.controls import caf, cyber_essentials, dpa, iso, mcsb, ncsc, policing

IN_TRANSIT: Final = ncsc("1") + caf("B3.b") + iso("8.24") + mcsb("DP-3") + policing("cryptography")
"""Data on the way cannot be read or changed."""

CLOSED: Final = (
    ncsc("11")
    + caf("B3.c", "B4.a")
    + cyber_essentials("firewalls")
    + iso("8.20", "8.22")
    + mcsb("NS-2")
    + policing("network-security")
)
"""A service is reached from the force's own networks only."""

FILTERED: Final = (
    ncsc("11")
    + caf("B4.a")
    + cyber_essentials("firewalls")
    + iso("8.20", "8.22")
    + mcsb("NS-1")
    + policing("network-security")
)
"""What passes between networks is decided by a rule."""

BY_IDENTITY: Final = (
    ncsc("9", "10")
    + caf("B2.a", "B2.d")
    + cyber_essentials("user-access-control")
    + iso("5.17", "8.5")
    + mcsb("IM-1")
    + policing("identity-and-access-management")
)
"""Whoever comes in has a name, and a role."""

OWN_KEYS: Final = ncsc("2.3") + caf("B3.c") + iso("8.24") + mcsb("DP-5") + dpa("66") + policing("cryptography")
"""Data at rest is encrypted with a key that the force holds."""

KEY_LIFE: Final = ncsc("2.3") + caf("B3.c") + iso("8.24") + mcsb("DP-6") + policing("cryptography")
"""A key is of a sound kind, and is changed in time."""

RECOVERABLE: Final = ncsc("2.5") + caf("B5.c") + iso("8.13") + mcsb("BR-2") + policing("backup")
"""What is deleted or overwritten can be had back."""

RESILIENT: Final = ncsc("2.5") + caf("B5.b") + iso("8.14") + policing("business-continuity")
"""The loss of a building, or of a machine, is not the loss of the service."""

HARDENED: Final = (
    ncsc("5")
    + caf("B4.b")
    + cyber_essentials("secure-configuration")
    + iso("8.9")
    + mcsb("PV-1")
    + policing("secure-configuration")
)
"""What is not needed is switched off."""

SUPPORTED: Final = (
    ncsc("5")
    + caf("B4.d")
    + cyber_essentials("security-update-management")
    + iso("8.8")
    + mcsb("PV-6")
    + policing("vulnerability-management")
)
"""It gets security updates, and soon."""
