"""How an account is encrypted: twice, and by a key of the force's own where there is one."""

from typing import TypedDict

import pulumi
from pulumi_azure_native import storage


class EncryptionKey(TypedDict):
    """A key of the force's own, and the identity that may use it."""

    vault_uri: pulumi.Input[str]
    """The vault that holds the key, `https://….vault.azure.net/`."""
    key_name: pulumi.Input[str]
    """The key's name; the account follows its rotation."""
    identity_id: pulumi.Input[str]
    """ARM id of a user-assigned identity that may wrap and unwrap with the key."""


def encryption(key: EncryptionKey | None) -> storage.EncryptionArgs:
    """The account's encryption: by Microsoft's keys in two layers, or the outer one by `key`."""
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
    """The identity by which the account reaches its key; none where it has no key of its own."""
    if key is None:
        return None
    return storage.IdentityArgs(type="UserAssigned", user_assigned_identities=[key["identity_id"]])
