"""Storage accounts: encryption, redundancy and SMB."""

from typing import Final

from bluelamp.policies.azure._controls import OWN_KEYS, RESILIENT
from bluelamp.policies.azure.storage.sto_accounts import ACCOUNT
from bluelamp.policies.controls import caf, iso, mcsb, ncsc, policing
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, Must, Outcome, rule
from bluelamp.policies.tighter import Allowed
from bluelamp.policies.value import Value

FILE_SERVICE: Final = "azure-native:storage:FileServiceProperties"


@rule(
    "BL-STO-020",
    "Storage accounts are encrypted with a customer-managed key",
    must=Must("encryption.keySource", be="Microsoft.Keyvault", default="Microsoft.Storage"),
    failure="Storage account has no customer-managed key for encryption",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    controls=OWN_KEYS,
    at=ACCOUNT,
    fix="Set encryption.keySource to Microsoft.Keyvault, with keyVaultProperties and an identity that may use the key.",
    example="""
storage.StorageAccount(
    "records",
    ...,
    encryption={
        "key_source": "Microsoft.Keyvault",
        "key_vault_properties": {"key_name": "records", "key_vault_uri": "https://kv-records.vault.azure.net/"},
    },
)
""",
)
def customer_managed_key() -> None:
    """Microsoft-managed keys are outside the force's control. The force can revoke a customer-managed key: then no one
    reads the data, whatever access they have to the platform.
    """


@rule(
    "BL-STO-021",
    "Storage accounts have infrastructure encryption enabled",
    must=Must("encryption.requireInfrastructureEncryption", be=True, default=False),
    failure="Storage account has infrastructure encryption disabled",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("2.3") + caf("B3.c") + iso("8.24") + mcsb("DP-4") + policing("cryptography"),
    at=ACCOUNT,
    fix="Set encryption.requireInfrastructureEncryption to true when you create the account.",
    example="""
storage.StorageAccount("records", ..., encryption={"require_infrastructure_encryption": True})
""",
)
def infrastructure_encryption() -> None:
    """With two layers and two keys, a fault in one implementation or the loss of one key does not expose the data.
    Azure allows the choice only at creation.
    """


@rule(
    "BL-STO-022",
    "Storage accounts use zone-redundant or geo-redundant storage",
    must=Must(
        "sku.name",
        among=(
            "Standard_ZRS",
            "Standard_GRS",
            "Standard_RAGRS",
            "Standard_GZRS",
            "Standard_RAGZRS",
            "Premium_ZRS",
            "StandardV2_ZRS",
            "StandardV2_GRS",
            "StandardV2_GZRS",
            "PremiumV2_ZRS",
        ),
    ),
    failure="Storage account uses locally redundant storage",
    severity=Severity.MEDIUM,
    controls=RESILIENT,
    at=ACCOUNT,
    fix="Set sku.name to a zone-redundant SKU such as Standard_ZRS, or a geo-redundant one in a region without zones.",
    example='storage.StorageAccount("records", ..., sku={"name": "Standard_ZRS"})',
)
def redundant_storage() -> None:
    """Locally redundant storage keeps three copies in one data centre. One fire, flood or fault
    destroys all of them.
    """


@rule(
    "BL-STO-032",
    "File shares require SMB 3.1.1, Kerberos and AES-GCM encryption",
    failure="File shares accept outdated SMB versions, authentication or ciphers",
    severity=Severity.MEDIUM,
    controls=ncsc("1", "10") + caf("B3.b", "B2.a") + iso("8.24") + mcsb("DP-3", "NS-8") + policing("cryptography"),
    at={FILE_SERVICE: "protocolSettings.smb"},
    fix="Set versions to SMB3.1.1, authenticationMethods to Kerberos and channelEncryption to AES-256-GCM.",
    example="""
storage.FileServiceProperties(
    "records",
    ...,
    protocol_settings={
        "smb": {
            "versions": "SMB3.1.1;",
            "authentication_methods": "Kerberos;",
            "channel_encryption": "AES-256-GCM;",
        }
    },
)
""",
)
def modern_smb(
    smb: Value,
    *,
    versions: Allowed[str] = ("SMB3.1.1",),
    methods: Allowed[str] = ("Kerberos",),
    ciphers: Allowed[str] = ("AES-256-GCM", "AES-128-GCM"),
) -> Outcome:
    """By default a share accepts SMB 2.1, which is unencrypted, and NTLM, whose hashes can be relayed and cracked. With
    NTLM the account key is the password.
    """
    for key, allowed in (("versions", versions), ("authenticationMethods", methods), ("channelEncryption", ciphers)):
        accepted = {each.lower() for each in allowed}
        found = {each.strip() for each in smb[key].text().split(";")} - {""}
        if not found or found - accepted:
            return Fail(smb[key], list(allowed), "the default also allows older ones" if smb[key].missing else "")
    return None
