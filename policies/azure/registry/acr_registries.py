"""Container registries: who may read and write images, and where they may go."""

from typing import Final

from bluelamp.policies.azure._controls import OWN_KEYS, RESILIENT
from bluelamp.policies.controls import caf, cyber_essentials, iso, mcsb, ncsc
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Must, rule

REGISTRY: Final = "azure-native:containerregistry:Registry"


@rule(
    "BL-ACR-001",
    "Registries have no administrator account",
    must=Must("adminUserEnabled", be=False, default=False),
    failure="Container registry has the administrator account enabled",
    severity=Severity.MEDIUM,
    controls=ncsc("8", "9") + caf("B2.d") + cyber_essentials("user-access-control") + mcsb("IM-1"),
    at=REGISTRY,
    fix="Set adminUserEnabled to false and give identities AcrPull or AcrPush.",
    example='containerregistry.Registry("images", ..., admin_user_enabled=False)',
)
def no_registry_admin() -> None:
    """The administrator of a registry is one shared password that may overwrite every image the force runs."""


@rule(
    "BL-ACR-002",
    "Registries are not open to everybody",
    must=Must("anonymousPullEnabled", be=False, default=False),
    failure="Container registry allows anonymous pulls",
    severity=Severity.HIGH,
    controls=ncsc("9", "11") + caf("B2.a", "B3.c") + cyber_essentials("user-access-control") + mcsb("IM-1"),
    at=REGISTRY,
    fix="Set anonymousPullEnabled to false, or leave it out.",
    example='containerregistry.Registry("images", ..., anonymous_pull_enabled=False)',
)
def no_anonymous_pull() -> None:
    """Images carry the force's software, its settings and, too often, a secret that was left in a layer."""


@rule(
    "BL-ACR-003",
    "Registries are not reachable from the Internet",
    must=Must("publicNetworkAccess", be="Disabled", default="Enabled"),
    failure="Container registry is reachable from the Internet",
    severity=Severity.HIGH,
    controls=ncsc("8", "11") + caf("B4.a") + cyber_essentials("firewalls") + mcsb("NS-2"),
    at=REGISTRY,
    fix="Set publicNetworkAccess to Disabled and reach the registry through a private endpoint.",
    example='containerregistry.Registry("images", ..., public_network_access="Disabled")',
)
def registry_not_public() -> None:
    """Whoever can write to the registry runs in every cluster; one stolen token is enough, from anywhere."""


@rule(
    "BL-ACR-004",
    "Images are not exported from registries",
    must=Must("policies.exportPolicy.status", be="disabled", default="enabled"),
    failure="Container registry allows images to be exported",
    severity=Severity.LOW,
    controls=ncsc("2.3") + caf("B3.c") + iso("8.12") + mcsb("NS-2"),
    at=REGISTRY,
    fix="Set policies.exportPolicy.status to disabled, with publicNetworkAccess Disabled.",
    example="""
containerregistry.Registry("images", ..., policies={"export_policy": {"status": "disabled"}})
""",
)
def no_export() -> None:
    """A transfer pipeline copies everything to a storage account of anybody's, past the private network."""


@rule(
    "BL-ACR-005",
    "Registries are of the tier that can be closed",
    must=Must("sku.name", be="Premium", default=None),
    failure="Container registry is below the Premium tier, so it cannot be made private",
    severity=Severity.MEDIUM,
    controls=ncsc("11") + caf("B4.a") + iso("8.20") + mcsb("NS-2"),
    at=REGISTRY,
    fix="Set sku.name to Premium.",
    example='containerregistry.Registry("images", ..., sku={"name": "Premium"})',
)
def premium() -> None:
    """Private endpoints, own keys and zones are there in the Premium tier only; the others stay public."""


@rule(
    "BL-ACR-006",
    "Registries outlive a data centre",
    must=Must("zoneRedundancy", be="Enabled", default="Disabled"),
    failure="Container registry is not zone-redundant",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=RESILIENT,
    at=REGISTRY,
    fix="Set zoneRedundancy to Enabled where the region has zones (UK South has, UK West has none).",
    example='containerregistry.Registry("images", ..., zone_redundancy="Enabled")',
)
def registry_zones() -> None:
    """A cluster that heals itself elsewhere needs its images there; without them no lost node is replaced."""


@rule(
    "BL-ACR-007",
    "Images are encrypted with the force's own key",
    must=Must("encryption.status", be="enabled", default="disabled"),
    failure="Container registry is encrypted without a customer-managed key",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=OWN_KEYS,
    at=REGISTRY,
    fix="Set encryption.status to enabled with a key and an identity when the registry is made.",
    example='containerregistry.Registry("images", ..., encryption={"status": "enabled"})',
)
def registry_key() -> None:
    """Whoever holds the key decides who reads the images, and can end all reading by withdrawing it."""
