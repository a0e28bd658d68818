"""Key vaults: keys and secrets that cannot be lost, and cannot be reached from outside."""

from typing import Final

from bluelamp.policies.azure._arm import private_endpoints
from bluelamp.policies.azure._controls import BY_IDENTITY, CLOSED, HARDENED, RECOVERABLE
from bluelamp.policies.controls import caf, iso, mcsb, ncsc, policing
from bluelamp.policies.estate import Estate
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, Must, Outcome, lacks, rule
from bluelamp.policies.tighter import Forbidden
from bluelamp.policies.value import Value, some

VAULT: Final = "azure-native:keyvault:Vault"
MANAGED_HSM: Final = "azure-native:keyvault:ManagedHsm"


@rule(
    "BL-KV-001",
    "Key vaults cannot be purged",
    must=Must("properties.enablePurgeProtection", be=True, default=False),
    failure="Key vault has purge protection disabled",
    severity=Severity.HIGH,
    controls=ncsc("2.3", "2.5") + caf("B3.c", "B5.a") + iso("8.10", "8.24") + mcsb("DP-8") + policing("cryptography"),
    at=VAULT,
    fix="Set properties.enablePurgeProtection to true. It cannot be switched off again, which is the point.",
    example='keyvault.Vault("records", ..., properties={"enable_purge_protection": True})',
)
def purge_protection() -> None:
    """Whoever deletes a key deletes everything encrypted with it. With purge protection nobody, not even an
    administrator and not even Microsoft, can remove a deleted vault or key before its retention ends.
    """


@rule(
    "BL-KV-002",
    "Deleted keys and secrets can be recovered for 90 days",
    must=Must("properties.softDeleteRetentionInDays", minimum=90, default=90),
    failure="Key vault keeps deleted keys and secrets for fewer than 90 days",
    severity=Severity.MEDIUM,
    controls=RECOVERABLE + mcsb("DP-8"),
    at=VAULT,
    fix="Leave properties.softDeleteRetentionInDays at 90, Azure's default.",
    example='keyvault.Vault("records", ..., properties={"soft_delete_retention_in_days": 90})',
)
def soft_delete() -> None:
    """A deleted key that nobody missed for a week is gone for ever when it is kept for a week."""


@rule(
    "BL-KV-003",
    "Access to key vaults is given by role",
    must=Must("properties.enableRbacAuthorization", be=True, default=False),
    failure="Key vault uses access policies instead of Azure RBAC",
    severity=Severity.HIGH,
    controls=BY_IDENTITY + caf("B2.c") + mcsb("PA-7"),
    at=VAULT,
    fix="Set properties.enableRbacAuthorization to true and assign roles such as Key Vault Secrets User.",
    example='keyvault.Vault("records", ..., properties={"enable_rbac_authorization": True})',
)
def rbac() -> None:
    """Access policies of a vault are outside Azure's role model: privileged identity management, access reviews and
    denials do not see them, and any contributor may add himself.
    """


@rule(
    "BL-KV-004",
    "Key vaults are not reachable from the Internet",
    must=Must("properties.publicNetworkAccess", among=("Disabled", "SecuredByPerimeter"), default="Enabled"),
    failure="Key vault is reachable from the Internet",
    severity=Severity.HIGH,
    controls=CLOSED,
    at=VAULT,
    fix="Set properties.publicNetworkAccess to Disabled and reach the vault through a private endpoint.",
    example='keyvault.Vault("records", ..., properties={"public_network_access": "Disabled"})',
)
def not_public() -> None:
    """A vault that answers the Internet is one stolen token away from being emptied from anywhere."""


@rule(
    "BL-KV-005",
    "Every key vault has a private endpoint",
    failure="Key vault has no private endpoint",
    severity=Severity.MEDIUM,
    controls=ncsc("3") + CLOSED,
    at=VAULT,
    estate=True,
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
    if estate.once(private_endpoints).reach(vault):
        return None
    return lacks(vault, "a private endpoint that points to this vault")


@rule(
    "BL-KV-006",
    "Key vaults deny by default what no rule lets in",
    must=Must("properties.networkAcls.defaultAction", be="Deny", default="Allow"),
    failure="Key vault network rules allow access by default",
    severity=Severity.MEDIUM,
    controls=CLOSED,
    at=VAULT,
    fix="Set properties.networkAcls.defaultAction to Deny.",
    example="""
keyvault.Vault("records", ..., properties={"network_acls": {"default_action": "Deny", "bypass": "AzureServices"}})
""",
)
def denied_by_default() -> None:
    """Whoever opens a vault to the Internet for an hour opens it to everybody, unless its own firewall still says whom
    to let in.
    """


@rule(
    "BL-KV-007",
    "Key vaults can keep keys in hardware",
    must=Must("properties.sku.name", be="premium"),
    failure="Key vault is of the standard tier, without hardware-protected keys",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("2.3") + caf("B3.c") + iso("8.24") + mcsb("DP-8") + policing("cryptography"),
    at=VAULT,
    fix="Set properties.sku.name to premium; keys in software cost the same there.",
    example='keyvault.Vault("records", ..., properties={"sku": {"family": "A", "name": "premium"}})',
)
def premium() -> None:
    """A standard vault has keys in software only; what is encrypted is worth what keeps its key."""


@rule(
    "BL-KV-008",
    "Managed HSMs cannot be purged",
    must=Must("properties.enablePurgeProtection", be=True, default=True),
    failure="Managed HSM has purge protection disabled",
    severity=Severity.HIGH,
    controls=ncsc("2.3", "2.5") + caf("B3.c", "B5.a") + iso("8.10", "8.24") + mcsb("DP-8") + policing("cryptography"),
    at=MANAGED_HSM,
    fix="Leave properties.enablePurgeProtection out, or set it to true: it cannot be switched off again.",
    example='keyvault.ManagedHsm("keys", ..., properties={"enable_purge_protection": True})',
)
def hsm_purge_protection() -> None:
    """Whoever purges the module destroys every key in it, and with them everything that they encrypt."""


@rule(
    "BL-KV-009",
    "Managed HSMs are not reachable from the Internet",
    must=Must("properties.publicNetworkAccess", be="Disabled", default="Enabled"),
    failure="Managed HSM is reachable from the Internet",
    severity=Severity.HIGH,
    controls=CLOSED,
    at=MANAGED_HSM,
    fix="Set properties.publicNetworkAccess to Disabled and use a private endpoint.",
    example='keyvault.ManagedHsm("keys", ..., properties={"public_network_access": "Disabled"})',
)
def hsm_not_public() -> None:
    """The module holds the keys to everything else; nothing outside the force's network has to reach it."""


@rule(
    "BL-KV-010",
    "Machines and templates do not read vaults by right",
    failure="Key vault is readable by virtual machines, templates or disk encryption",
    severity=Severity.MEDIUM,
    controls=HARDENED + iso("8.3") + mcsb("PA-7"),
    at=VAULT,
    fix="Leave the three enabledFor… properties out, or set them to false, and give identities a role on the vault.",
    example="""
keyvault.Vault("records", ..., properties={"enabled_for_deployment": False, "enabled_for_template_deployment": False})
""",
)
def no_platform_access(
    vault: Value,
    *,
    doors: Forbidden[str] = ("enabledForDeployment", "enabledForTemplateDeployment", "enabledForDiskEncryption"),
) -> Outcome:
    """These switches let whoever may deploy a machine or a template have secrets read for him, without any role on the
    vault: a way round the roles that somebody granted with care.
    """
    open_ = some((vault["properties"][door] for door in doors), lambda each: each.get(False) is not False)
    return Fail(open_, False) if open_ else None
