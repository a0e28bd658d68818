"""Customer-managed keys for encryption of data at rest."""

from typing import NotRequired

import pulumi
from pulumi_azure_native import compute, keyvault, managedidentity

from bluelamp.modules import naming
from bluelamp.modules.azure.built_in_roles import role_guid
from bluelamp.modules.azure.grants import grant
from bluelamp.modules.azure.key_vault.keys import KeyVaultKey, vault_key
from bluelamp.modules.component import Component, after
from bluelamp.modules.shared_arguments import LabelledArgs

_CRYPTO_USER = role_guid("Key Vault Crypto Service Encryption User")
"""The id of the built-in role `Key Vault Crypto Service Encryption User`: get, wrap and unwrap of a key."""

DISKS = "disks"
"""The use that gets a disk encryption set."""


class CustomerManagedKeysArgs(LabelledArgs):
    """Arguments of the keys."""

    location: str
    """The Azure region, `uksouth` or `ukwest`: that of the encrypted resources."""
    workload: str
    """The protected workload, such as `platform`."""
    resource_group_name: pulumi.Input[str]
    """The resource group of the identities and the disk encryption set, and of the vault by default."""
    vault_name: pulumi.Input[str]
    """The name of the premium, purge-protected key vault that holds the keys."""
    vault_id: pulumi.Input[str]
    """That vault's ARM id."""
    uses: list[str]
    """The uses, one key for each, such as `disks`, `storage`, `sql`."""
    vault_resource_group_name: NotRequired[pulumi.Input[str]]
    """The vault's resource group, if different."""
    key: NotRequired[KeyVaultKey]
    """Size and lifetime of every key; 4096 bits, rotated yearly and expiring after two years by default."""
    hardware: NotRequired[bool]
    """Whether the keys are HSM-protected, which needs a premium vault; true by default."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete the keys; false by default. Without its key, data is lost."""


class CustomerManagedKeys(Component):
    """A key, an identity and a role assignment for each use, and a disk encryption set for disks."""

    key_names: pulumi.Output[dict[str, str]]
    """The keys' names by use, known before they exist."""
    key_uris: pulumi.Output[dict[str, str]]
    """The key URIs without a version, by use."""
    identity_ids: pulumi.Output[dict[str, str]]
    """ARM ids of the user-assigned identities that may use each key, by use."""
    principal_ids: pulumi.Output[dict[str, str]]
    """The identities' object ids, by use."""
    disk_encryption_set_id: pulumi.Output[str] | None
    """The disk encryption set's ARM id; none without a use called `disks`."""

    def __init__(self, name: str, args: CustomerManagedKeysArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        uses = args["uses"]
        if not uses or len(set(uses)) < len(uses):
            raise ValueError(f"CustomerManagedKeys {name!r}: uses is {uses}; name each use once, and at least one")
        keys: dict[str, keyvault.Key] = {}
        identities: dict[str, managedidentity.UserAssignedIdentity] = {}
        allowed: dict[str, pulumi.Resource] = {}
        for use in uses:
            keys[use] = self._key(name, args, use)
            identities[use] = self._identity(name, args, use)
            allowed[use] = grant(
                f"{name}-{use}-may-use-key",
                args["label"],
                scope=keys[use].id,
                role=_CRYPTO_USER,
                principal_id=identities[use].principal_id,
                opts=self.child(),
            )
        disks = self._disks(name, args, keys[DISKS], identities[DISKS], allowed[DISKS]) if DISKS in uses else None
        self.key_names = after({use: _key_name(args, use) for use in uses}, *keys.values(), *allowed.values())
        self.key_uris = pulumi.Output.all(**{use: key.key_uri for use, key in keys.items()})
        self.identity_ids = pulumi.Output.all(**{use: each.id for use, each in identities.items()})
        self.principal_ids = pulumi.Output.all(**{use: each.principal_id for use, each in identities.items()})
        self.disk_encryption_set_id = disks.id if disks else None
        self.finish()

    def _key(self, name: str, args: CustomerManagedKeysArgs, use: str) -> keyvault.Key:
        group = args.get("vault_resource_group_name", args["resource_group_name"])
        return vault_key(
            self,
            f"{name}-{use}-key",
            _key_name(args, use),
            args.get("key", {}),
            {"vault_name": args["vault_name"], "resource_group_name": group},
            hardware=args.get("hardware", True),
            protect=args.get("protect", False),
            tags=naming.tags(args["label"]),
        )

    def _identity(self, name: str, args: CustomerManagedKeysArgs, use: str) -> managedidentity.UserAssignedIdentity:
        workload = f"{args['workload']}-cmk-{use}"
        return managedidentity.UserAssignedIdentity(
            f"{name}-{use}-identity",
            resource_name_=naming.name("user_assigned_identity", workload, args["label"], args["location"]),
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            tags=naming.tags(args["label"]),
            opts=self.child(),
        )

    def _disks(
        self,
        name: str,
        args: CustomerManagedKeysArgs,
        key: keyvault.Key,
        identity: managedidentity.UserAssignedIdentity,
        allowed: pulumi.Resource,
    ) -> compute.DiskEncryptionSet:
        return compute.DiskEncryptionSet(
            f"{name}-disk-encryption-set",
            disk_encryption_set_name=naming.name(
                "disk_encryption_set", args["workload"], args["label"], args["location"]
            ),
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            encryption_type="EncryptionAtRestWithPlatformAndCustomerKeys",
            identity=compute.EncryptionSetIdentityArgs(type="UserAssigned", user_assigned_identities=[identity.id]),
            active_key=compute.KeyForDiskEncryptionSetArgs(
                key_url=key.key_uri_with_version, source_vault=compute.SourceVaultArgs(id=args["vault_id"])
            ),
            rotation_to_latest_key_version_enabled=True,
            tags=naming.tags(args["label"]),
            # The set rotates to new key versions automatically; an update must not revert it to the first version.
            opts=self.child(depends_on=[allowed], ignore_changes=["activeKey.keyUrl"]),
        )


def _key_name(args: CustomerManagedKeysArgs, use: str) -> str:
    return f"cmk-{args['workload']}-{use}"
