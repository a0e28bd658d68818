"""Encryption of storage accounts: infrastructure encryption and an optional customer-managed key."""

from typing import TypedDict

import pulumi
from pulumi_azure_native import storage


class EncryptionKey(TypedDict):
    """A customer-managed key and the identity that may use it."""

    vault_uri: pulumi.Input[str]
    """The URI of the key vault, `https://….vault.azure.net/`."""
    key_name: pulumi.Input[str]
    """The key's name. The account uses the latest version."""
    identity_id: pulumi.Input[str]
    """ARM id of a user-assigned identity that may wrap and unwrap with the key."""


def encryption(key: EncryptionKey | None) -> storage.EncryptionArgs:
    """The encryption settings: two layers of Microsoft-managed keys, or `key` for the outer layer."""
    service = storage.EncryptionServiceArgs(enabled=True, key_type="Account")
    services = storage.EncryptionServicesArgs(blob=service, file=service, queue=service, table=service)
    if key is None:
        return storage.EncryptionArgs(
            key_source="Microsoft.Storage", require_infrastructure_encryption=True, services=services
        )
    return storage.EncryptionArgs(
        key_source="Microsoft.Keyvault",
        require_infrastructure_encryption=True,
        services=services,
        encryption_identity=storage.EncryptionIdentityArgs(encryption_user_assigned_identity=key["identity_id"]),
        key_vault_properties=storage.KeyVaultPropertiesArgs(key_name=key["key_name"], key_vault_uri=key["vault_uri"]),
    )


def identity(key: EncryptionKey | None) -> storage.IdentityArgs | None:
    """The identity that the account uses to reach its key; none without a customer-managed key."""
    if key is None:
        return None
    return storage.IdentityArgs(type="UserAssigned", user_assigned_identities=[key["identity_id"]])
