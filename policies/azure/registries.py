"""Container registries: who may read and write images, and where they may go."""

from typing import Final

from bluelamp.policies.azure._controls import OWN_KEYS, RESILIENT
from bluelamp.policies.controls import caf, cyber_essentials, iso, mcsb, ncsc
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Must, require

REGISTRY: Final = "azure-native:containerregistry:Registry"

NO_REGISTRY_ADMIN: Final = require(
    "BL-ACR-001",
    "Registries have no administrator account",
    Must("adminUserEnabled", be=False, default=False),
    severity=Severity.MEDIUM,
    controls=ncsc("8", "9") + caf("B2.d") + cyber_essentials("user-access-control") + mcsb("IM-1"),
    at=REGISTRY,
    rationale="The administrator of a registry is one shared password that may overwrite every image the force runs.",
    fix="Set adminUserEnabled to false and give identities AcrPull or AcrPush.",
    example='containerregistry.Registry("images", ..., admin_user_enabled=False)',
)

NO_ANONYMOUS_PULL: Final = require(
    "BL-ACR-002",
    "Registries are not open to everybody",
    Must("anonymousPullEnabled", be=False, default=False),
    severity=Severity.HIGH,
    controls=ncsc("9", "11") + caf("B2.a", "B3.c") + cyber_essentials("user-access-control") + mcsb("IM-1"),
    at=REGISTRY,
    rationale="Images carry the force's software, its settings and, too often, a secret that was left in a layer.",
    fix="Set anonymousPullEnabled to false, or leave it out.",
    example='containerregistry.Registry("images", ..., anonymous_pull_enabled=False)',
)

REGISTRY_NOT_PUBLIC: Final = require(
    "BL-ACR-003",
    "Registries are not reachable from the Internet",
    Must("publicNetworkAccess", be="Disabled", default="Enabled"),
    severity=Severity.HIGH,
    controls=ncsc("8", "11") + caf("B4.a") + cyber_essentials("firewalls") + mcsb("NS-2"),
    at=REGISTRY,
    rationale="Whoever can write to the registry runs in every cluster; one stolen token is enough, from anywhere.",
    fix="Set publicNetworkAccess to Disabled and reach the registry through a private endpoint.",
    example='containerregistry.Registry("images", ..., public_network_access="Disabled")',
)

NO_EXPORT: Final = require(
    "BL-ACR-004",
    "Images are not exported from registries",
    Must("policies.exportPolicy.status", be="disabled", default="enabled"),
    severity=Severity.LOW,
    controls=ncsc("2.3") + caf("B3.c") + iso("8.12") + mcsb("NS-2"),
    at=REGISTRY,
    rationale="A transfer pipeline copies everything to a storage account of anybody's, past the private network.",
    fix="Set policies.exportPolicy.status to disabled, with publicNetworkAccess Disabled.",
    example="""
containerregistry.Registry("images", ..., policies={"export_policy": {"status": "disabled"}})
""",
)

PREMIUM: Final = require(
    "BL-ACR-005",
    "Registries are of the tier that can be closed",
    Must("sku.name", be="Premium", default=None),
    severity=Severity.MEDIUM,
    controls=ncsc("11") + caf("B4.a") + iso("8.20") + mcsb("NS-2"),
    at=REGISTRY,
    rationale="Private endpoints, own keys and zones are there in the Premium tier only; the others stay public.",
    fix="Set sku.name to Premium.",
    example='containerregistry.Registry("images", ..., sku={"name": "Premium"})',
)

REGISTRY_ZONES: Final = require(
    "BL-ACR-006",
    "Registries outlive a data centre",
    Must("zoneRedundancy", be="Enabled", default="Disabled"),
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=RESILIENT,
    at=REGISTRY,
    rationale="A cluster that heals itself elsewhere needs its images there; without them no lost node is replaced.",
    fix="Set zoneRedundancy to Enabled where the region has zones (UK South has, UK West has none).",
    example='containerregistry.Registry("images", ..., zone_redundancy="Enabled")',
)

REGISTRY_KEY: Final = require(
    "BL-ACR-007",
    "Images are encrypted with the force's own key",
    Must("encryption.status", be="enabled", default="disabled"),
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=OWN_KEYS,
    at=REGISTRY,
    rationale="Whoever holds the key decides who reads the images, and can end all reading by withdrawing it.",
    fix="Set encryption.status to enabled with a key and an identity when the registry is made.",
    example='containerregistry.Registry("images", ..., encryption={"status": "enabled"})',
)
