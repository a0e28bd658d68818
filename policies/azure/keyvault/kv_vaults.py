"""Key vaults and managed HSMs: recovery, network access and authorisation."""

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
    "Key vaults have purge protection enabled",
    must=Must("properties.enablePurgeProtection", be=True, default=False),
    failure="Key vault has purge protection disabled",
    severity=Severity.HIGH,
    controls=ncsc("2.3", "2.5") + caf("B3.c", "B5.a") + iso("8.10", "8.24") + mcsb("DP-8") + policing("cryptography"),
    at=VAULT,
    fix="Set properties.enablePurgeProtection to true. It cannot be disabled afterwards.",
    example='keyvault.Vault("records", ..., properties={"enable_purge_protection": True})',
)
def purge_protection() -> None:
    """Deleting a key makes everything that it encrypts unreadable. With purge protection no one, including
    administrators and Microsoft, can remove a deleted vault or key before its retention period ends.
    """


@rule(
    "BL-KV-002",
    "Key vaults have soft delete with a retention of 90 days",
    must=Must("properties.softDeleteRetentionInDays", minimum=90, default=90),
    failure="Key vault has a soft delete retention of fewer than 90 days",
    severity=Severity.MEDIUM,
    controls=RECOVERABLE + mcsb("DP-8"),
    at=VAULT,
    fix="Leave properties.softDeleteRetentionInDays at 90, Azure's default.",
    example='keyvault.Vault("records", ..., properties={"soft_delete_retention_in_days": 90})',
)
def soft_delete() -> None:
    """A deleted key is lost for good if its absence is noticed only after the retention period."""


@rule(
    "BL-KV-003",
    "Key vaults use Azure RBAC for the data plane",
    must=Must("properties.enableRbacAuthorization", be=True, default=False),
    failure="Key vault uses access policies instead of Azure RBAC",
    severity=Severity.HIGH,
    controls=BY_IDENTITY + caf("B2.c") + mcsb("PA-7"),
    at=VAULT,
    fix="Set properties.enableRbacAuthorization to true and assign roles such as Key Vault Secrets User.",
    example='keyvault.Vault("records", ..., properties={"enable_rbac_authorization": True})',
)
def azure_rbac() -> None:
    """Access policies are outside Azure's role model. Privileged Identity Management, access reviews and deny
    assignments do not cover them, and any contributor can add an access policy.
    """


@rule(
    "BL-KV-004",
    "Key vaults have public network access disabled or secured by perimeter",
    must=Must("properties.publicNetworkAccess", among=("Disabled", "SecuredByPerimeter"), default="Enabled"),
    failure="Key vault has public network access enabled",
    severity=Severity.HIGH,
    controls=CLOSED,
    at=VAULT,
    fix="Set properties.publicNetworkAccess to Disabled and use a private endpoint.",
    example='keyvault.Vault("records", ..., properties={"public_network_access": "Disabled"})',
)
def not_public() -> None:
    """With public network access, one stolen token is enough to read the vault from anywhere."""


@rule(
    "BL-KV-005",
    "Key vaults have a private endpoint",
    failure="Key vault has no private endpoint",
    severity=Severity.MEDIUM,
    controls=ncsc("3") + CLOSED,
    at=VAULT,
    estate=True,
    fix="Add a private endpoint that connects to the vault, in a subnet of the force's network.",
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
    """A vault without public access and without a private endpoint is unusable. In an incident, public access would
    then be enabled under time pressure.
    """
    if estate.once(private_endpoints).reach(vault):
        return None
    return lacks(vault, "a private endpoint that connects to this vault")


@rule(
    "BL-KV-006",
    "Key vault firewalls deny access by default",
    must=Must("properties.networkAcls.defaultAction", be="Deny", default="Allow"),
    failure="Key vault firewall allows access by default",
    severity=Severity.MEDIUM,
    controls=CLOSED,
    at=VAULT,
    fix="Set properties.networkAcls.defaultAction to Deny.",
    example="""
keyvault.Vault("records", ..., properties={"network_acls": {"default_action": "Deny", "bypass": "AzureServices"}})
""",
)
def denied_by_default() -> None:
    """If public access is enabled even for an hour, the vault's firewall is what limits it to known networks."""


@rule(
    "BL-KV-007",
    "Key vaults use the premium SKU, which supports HSM-protected keys",
    must=Must("properties.sku.name", be="premium"),
    failure="Key vault uses the standard SKU, without HSM-protected keys",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("2.3") + caf("B3.c") + iso("8.24") + mcsb("DP-8") + policing("cryptography"),
    at=VAULT,
    fix="Set properties.sku.name to premium. Software-protected keys cost the same there.",
    example='keyvault.Vault("records", ..., properties={"sku": {"family": "A", "name": "premium"}})',
)
def premium_sku() -> None:
    """A standard vault holds software-protected keys only. Encrypted data is as safe as its key."""


@rule(
    "BL-KV-008",
    "Managed HSMs have purge protection enabled",
    must=Must("properties.enablePurgeProtection", be=True, default=True),
    failure="Managed HSM has purge protection disabled",
    severity=Severity.HIGH,
    controls=ncsc("2.3", "2.5") + caf("B3.c", "B5.a") + iso("8.10", "8.24") + mcsb("DP-8") + policing("cryptography"),
    at=MANAGED_HSM,
    fix="Leave properties.enablePurgeProtection out, or set it to true. It cannot be disabled afterwards.",
    example='keyvault.ManagedHsm("keys", ..., properties={"enable_purge_protection": True})',
)
def hsm_purge_protection() -> None:
    """Purging a managed HSM destroys all its keys, and with them everything that they encrypt."""


@rule(
    "BL-KV-009",
    "Managed HSMs have public network access disabled",
    must=Must("properties.publicNetworkAccess", be="Disabled", default="Enabled"),
    failure="Managed HSM has public network access enabled",
    severity=Severity.HIGH,
    controls=CLOSED,
    at=MANAGED_HSM,
    fix="Set properties.publicNetworkAccess to Disabled and use a private endpoint.",
    example='keyvault.ManagedHsm("keys", ..., properties={"public_network_access": "Disabled"})',
)
def hsm_not_public() -> None:
    """A managed HSM holds the keys to other services. No client outside the force's network needs to reach it."""


@rule(
    "BL-KV-010",
    "Key vaults are not enabled for deployment, templates or disk encryption",
    failure="Key vault is enabled for deployment, templates or disk encryption",
    severity=Severity.MEDIUM,
    controls=HARDENED + iso("8.3") + mcsb("PA-7"),
    at=VAULT,
    fix="Leave the three enabledFor… properties out, or set them to false, and assign roles on the vault.",
    example="""
keyvault.Vault("records", ..., properties={"enabled_for_deployment": False, "enabled_for_template_deployment": False})
""",
)
def no_platform_access(
    vault: Value,
    *,
    doors: Forbidden[str] = ("enabledForDeployment", "enabledForTemplateDeployment", "enabledForDiskEncryption"),
) -> Outcome:
    """These settings let anyone who may deploy a virtual machine or a template read secrets without a role on the
    vault. They bypass the role assignments.
    """
    open_ = some((vault["properties"][door] for door in doors), lambda each: each.get(False) is not False)
    return Fail(open_, False) if open_ else None
