"""Key vaults: keys and secrets that cannot be lost, and cannot be reached from outside."""

from typing import Final

from policies.azure._arm import Pointers, pointers, references
from policies.controls import caf, ncsc
from policies.estate import Estate
from policies.model import Severity
from policies.rule import Must, Outcome, lacks, require, rule
from policies.value import Value

VAULT: Final = "azure-native:keyvault:Vault"
PRIVATE_ENDPOINT: Final = "azure-native:network:PrivateEndpoint"

PURGE_PROTECTION: Final = require(
    "BL-KV-001",
    "Key vaults cannot be purged",
    Must("properties.enablePurgeProtection", be=True, default=False),
    severity=Severity.HIGH,
    controls=ncsc("2.3", "2.5") + caf("B3.c", "B5.a"),
    at=VAULT,
    rationale="""Whoever deletes a key deletes everything encrypted with it. With purge protection nobody, not even an
    administrator and not even Microsoft, can remove a deleted vault or key before its retention ends.""",
    fix="Set properties.enablePurgeProtection to true. It cannot be switched off again, which is the point.",
    example='keyvault.Vault("records", ..., properties={"enable_purge_protection": True})',
)

SOFT_DELETE: Final = require(
    "BL-KV-002",
    "Deleted keys and secrets can be recovered for 90 days",
    Must("properties.softDeleteRetentionInDays", minimum=90, default=90),
    severity=Severity.MEDIUM,
    controls=ncsc("2.5") + caf("B5.c"),
    at=VAULT,
    rationale="A deleted key that nobody missed for a week is gone for ever when it is kept for a week.",
    fix="Leave properties.softDeleteRetentionInDays at 90, Azure's default.",
    example='keyvault.Vault("records", ..., properties={"soft_delete_retention_in_days": 90})',
)

RBAC: Final = require(
    "BL-KV-003",
    "Access to key vaults is given by role",
    Must("properties.enableRbacAuthorization", be=True, default=False),
    severity=Severity.HIGH,
    controls=ncsc("9", "10") + caf("B2.c", "B2.d"),
    at=VAULT,
    rationale="""Access policies of a vault are outside Azure's role model: privileged identity management, access
    reviews and denials do not see them, and any contributor may add himself.""",
    fix="Set properties.enableRbacAuthorization to true and assign roles such as Key Vault Secrets User.",
    example='keyvault.Vault("records", ..., properties={"enable_rbac_authorization": True})',
)

NOT_PUBLIC: Final = require(
    "BL-KV-004",
    "Key vaults are not reachable from the Internet",
    Must("properties.publicNetworkAccess", among=("Disabled", "SecuredByPerimeter"), default="Enabled"),
    severity=Severity.HIGH,
    controls=ncsc("11") + caf("B3.c", "B4.a"),
    at=VAULT,
    rationale="A vault that answers the Internet is one stolen token away from being emptied from anywhere.",
    fix="Set properties.publicNetworkAccess to Disabled and reach the vault through a private endpoint.",
    example='keyvault.Vault("records", ..., properties={"public_network_access": "Disabled"})',
)


@rule(
    "BL-KV-005",
    "Every key vault has a private endpoint",
    severity=Severity.MEDIUM,
    controls=ncsc("3", "11") + caf("B4.a"),
    at=VAULT,
    fix="Add a private endpoint whose connection points to the vault, in a subnet of the force's network.",
    example="""
vault = keyvault.Vault("records", ..., vault_name="kv-records")
network.PrivateEndpoint(
    "records",
    ...,
    private_link_service_connections=[{"private_link_service_id": vault.id, "group_ids": ["vault"]}],
)
""",
)
def vault_has_private_endpoint(vault: Value, estate: Estate) -> Outcome:
    """A vault that is closed to the Internet and has no private endpoint can be used by nobody; the first incident
    then reopens it to the Internet, in a hurry.
    """
    if estate.once(_private_endpoints).reach(vault):
        return None
    return lacks(vault, "a private endpoint that points to this vault")


def _private_endpoints(estate: Estate) -> Pointers:
    return pointers(
        reference
        for endpoint in estate.of(PRIVATE_ENDPOINT)
        for connections in ("privateLinkServiceConnections", "manualPrivateLinkServiceConnections")
        for reference in references(endpoint, f"{connections}[*].privateLinkServiceId")
    )
