"""The customer-managed key for backups and the identity that uses it."""

import pulumi
from pulumi_azure_native import managedidentity

from bluelamp.modules import naming
from bluelamp.modules.azure.backup import BackupEncryption
from bluelamp.modules.azure.built_in_roles import role_guid
from bluelamp.modules.azure.grants import grant
from bluelamp.modules.azure.key_vault import KeyVault
from bluelamp.modules.azure.landing_zone.arguments import LandingZoneArgs

BACKUP_KEY = "backup"
"""The key's name in the landing zone's vault."""

_CRYPTO_USER = role_guid("Key Vault Crypto Service Encryption User")


def backup_encryption(
    name: str, args: LandingZoneArgs, group: pulumi.Input[str], vault: KeyVault, opts: pulumi.ResourceOptions
) -> BackupEncryption:
    """An HSM-protected key and an identity that may use it. The key depends on the role assignment."""
    label, location = args["label"], args["location"]
    identity = managedidentity.UserAssignedIdentity(
        f"{name}-backup-identity",
        resource_name_=naming.name("user_assigned_identity", f"{args['workload']}-backup", label, location),
        resource_group_name=group,
        location=location,
        tags=naming.tags(label),
        opts=opts,
    )
    role = grant(
        f"{name}-backup-key-role",
        label,
        scope=vault.id,
        role=_CRYPTO_USER,
        principal_id=identity.principal_id,
        opts=opts,
    )
    uri = pulumi.Output.all(vault.key_uris[BACKUP_KEY], role.urn).apply(lambda known: str(known[0]))
    return BackupEncryption(key_uri=uri, identity_id=identity.id)
