"""Storage at rest: whose key it is encrypted with, how many copies there are, and how shares are reached."""

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
    "Storage is encrypted with a key of the force's own",
    must=Must("encryption.keySource", be="Microsoft.Keyvault", default="Microsoft.Storage"),
    failure="Storage account is encrypted without a customer-managed key",
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
def own_key() -> None:
    """Microsoft encrypts everything with keys of its own. A key that the force holds can be withdrawn: then nobody,
    whatever access he has to the platform, reads the data any more.
    """


@rule(
    "BL-STO-021",
    "Storage is encrypted a second time, below the service",
    must=Must("encryption.requireInfrastructureEncryption", be=True, default=False),
    failure="Storage account has infrastructure encryption disabled",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("2.3") + caf("B3.c") + iso("8.24") + mcsb("DP-4") + policing("cryptography"),
    at=ACCOUNT,
    fix="Set encryption.requireInfrastructureEncryption to true when the account is made.",
    example="""
storage.StorageAccount("records", ..., encryption={"require_infrastructure_encryption": True})
""",
)
def twice_encrypted() -> None:
    """A fault in one implementation of encryption, or the loss of one key, does not open the data when there are two of
    each. It can only be chosen when the account is made.
    """


@rule(
    "BL-STO-022",
    "Storage survives the loss of a data centre",
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
    failure="Storage account keeps its data in a single data centre",
    severity=Severity.MEDIUM,
    controls=RESILIENT,
    at=ACCOUNT,
    fix="Choose a zone-redundant sku such as Standard_ZRS, or a geo-redundant one where the region has no zones.",
    example='storage.StorageAccount("records", ..., sku={"name": "Standard_ZRS"})',
)
def redundant() -> None:
    """Locally redundant storage is three copies in one building: one fire, flood or fault takes all three."""


@rule(
    "BL-STO-032",
    "File shares are reached by modern SMB only",
    failure="File shares accept outdated SMB protocols or ciphers",
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
    """By default a share still takes SMB 2.1, which is not encrypted, and NTLM, whose hashes are passed on and cracked;
    the account's key is then the password.
    """
    for key, allowed in (("versions", versions), ("authenticationMethods", methods), ("channelEncryption", ciphers)):
        asked = {each.lower() for each in allowed}
        found = {each.strip() for each in smb[key].text().split(";")} - {""}
        if not found or found - asked:
            return Fail(smb[key], list(allowed), "by default older ones are allowed" if smb[key].missing else "")
    return None
