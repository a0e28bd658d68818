"""Container registries: authentication, network access, export and encryption."""

from typing import Final

from bluelamp.policies.azure._controls import OWN_KEYS, RESILIENT
from bluelamp.policies.controls import caf, cyber_essentials, iso, mcsb, ncsc
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, Must, NotApplicable, Outcome, rule
from bluelamp.policies.tighter import Allowed, Forbidden
from bluelamp.policies.value import Value

REGISTRY: Final = "azure-native:containerregistry:Registry"


@rule(
    "BL-ACR-001",
    "Container registries have the admin user disabled",
    must=Must("adminUserEnabled", be=False, default=False),
    failure="Container registry has the admin user enabled",
    severity=Severity.MEDIUM,
    controls=ncsc("8", "9") + caf("B2.d") + cyber_essentials("user-access-control") + mcsb("IM-1"),
    at=REGISTRY,
    fix="Set adminUserEnabled to false and assign AcrPull or AcrPush to identities.",
    example='containerregistry.Registry("images", ..., admin_user_enabled=False)',
)
def no_registry_admin() -> None:
    """The admin user is one shared password with the right to overwrite every image that the force runs."""


@rule(
    "BL-ACR-002",
    "Container registries have anonymous pull disabled",
    must=Must("anonymousPullEnabled", be=False, default=False),
    failure="Container registry has anonymous pull enabled",
    severity=Severity.HIGH,
    controls=ncsc("9", "11") + caf("B2.a", "B3.c") + cyber_essentials("user-access-control") + mcsb("IM-1"),
    at=REGISTRY,
    fix="Set anonymousPullEnabled to false, or leave it out.",
    example='containerregistry.Registry("images", ..., anonymous_pull_enabled=False)',
)
def no_anonymous_pull() -> None:
    """Images contain the force's software, its configuration and, too often, secrets in their layers."""


@rule(
    "BL-ACR-003",
    "Container registries have public network access disabled",
    must=Must("publicNetworkAccess", be="Disabled", default="Enabled"),
    failure="Container registry has public network access enabled",
    severity=Severity.HIGH,
    controls=ncsc("8", "11") + caf("B4.a") + cyber_essentials("firewalls") + mcsb("NS-2"),
    at=REGISTRY,
    fix="Set publicNetworkAccess to Disabled and use a private endpoint.",
    example='containerregistry.Registry("images", ..., public_network_access="Disabled")',
)
def registry_not_public() -> None:
    """Write access to the registry leads to code execution in every cluster. With public network access, one stolen
    token is enough from anywhere.
    """


@rule(
    "BL-ACR-004",
    "Container registries have image export disabled",
    must=Must("policies.exportPolicy.status", be="disabled", default="enabled"),
    failure="Container registry has image export enabled",
    severity=Severity.LOW,
    controls=ncsc("2.3") + caf("B3.c") + iso("8.12") + mcsb("NS-2"),
    at=REGISTRY,
    fix="Set policies.exportPolicy.status to disabled, with publicNetworkAccess Disabled.",
    example="""
containerregistry.Registry("images", ..., policies={"export_policy": {"status": "disabled"}})
""",
)
def no_export() -> None:
    """A transfer pipeline can export all images to any storage account, bypassing the private network."""


@rule(
    "BL-ACR-005",
    "Container registries use the Premium SKU, which supports private endpoints",
    must=Must("sku.name", be="Premium", default=None),
    failure="Container registry uses a SKU without private endpoints",
    severity=Severity.MEDIUM,
    controls=ncsc("11") + caf("B4.a") + iso("8.20") + mcsb("NS-2"),
    at=REGISTRY,
    fix="Set sku.name to Premium.",
    example='containerregistry.Registry("images", ..., sku={"name": "Premium"})',
)
def premium_sku() -> None:
    """Only the Premium SKU has private endpoints, customer-managed keys and zone redundancy."""


@rule(
    "BL-ACR-006",
    "Container registries are zone-redundant",
    failure="Container registry is in a region without availability zones",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=RESILIENT,
    at=REGISTRY,
    fix="Place the registry in uksouth, which has availability zones; ukwest has none.",
    example='containerregistry.Registry("images", ..., location="uksouth")',
)
def zone_redundant(
    registry: Value, *, among: Allowed[str] = ("uksouth",), zoneless: Forbidden[str] = ("ukwest",)
) -> Outcome:
    """A cluster that recovers in another zone pulls its images from the registry. Without the registry, no lost node is
    replaced. Azure makes every registry zone-redundant in a region that has availability zones, whatever
    zoneRedundancy says (Microsoft, "Zone redundancy in Azure Container Registry").
    """
    location = registry["location"]
    region = location.text().replace(" ", "")
    if region in zoneless:
        return Fail(location, among)
    return None if region in among else NotApplicable("whether its region has availability zones is not known here")


@rule(
    "BL-ACR-007",
    "Container registries are encrypted with a customer-managed key",
    must=Must("encryption.status", be="enabled", default="disabled"),
    failure="Container registry has no customer-managed key for encryption",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=OWN_KEYS,
    at=REGISTRY,
    fix="Set encryption.status to enabled, with a key and an identity, when you create the registry.",
    example='containerregistry.Registry("images", ..., encryption={"status": "enabled"})',
)
def customer_managed_key() -> None:
    """Only with a customer-managed key can the force decide who reads the images, and revoke all access."""
