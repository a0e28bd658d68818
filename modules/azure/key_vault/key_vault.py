"""A key vault with private endpoint access only."""

from typing import NotRequired

import pulumi
from pulumi_azure_native import keyvault

from bluelamp.modules import naming
from bluelamp.modules.azure.key_vault.keys import KeyVaultKey, vault_key
from bluelamp.modules.azure.log_analytics import send_logs
from bluelamp.modules.azure.private_link import VAULT_ZONE, private_link
from bluelamp.modules.component import Component, after
from bluelamp.modules.shared_arguments import ResourceGroupScopedArgs


class KeyVaultArgs(ResourceGroupScopedArgs):
    """Arguments of a key vault."""

    workload: str
    """The purpose of the vault, such as `platform`."""
    tenant_id: pulumi.Input[str]
    """The Entra ID tenant that authenticates access."""
    subnet_id: pulumi.Input[str]
    """The subnet for the private endpoint."""
    workspace_id: pulumi.Input[str]
    """The Log Analytics workspace that receives the vault's logs."""
    virtual_network_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Networks to link to the vault's private DNS zone, keyed by a short name; not used with `private_zone_id`."""
    private_zone_id: NotRequired[pulumi.Input[str]]
    """An existing private DNS zone `privatelink.vaultcore.azure.net`; one is created by default."""
    sku: NotRequired[str]
    """`premium` (HSM-protected keys) or `standard`; `premium` by default."""
    soft_delete_retention_days: NotRequired[int]
    """Soft delete retention in days, 7 to 90; 90 by default. It cannot be changed later."""
    keys: NotRequired[dict[str, KeyVaultKey]]
    """Keys to create, by name, each with a rotation policy. In a premium vault they are HSM-protected."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete the vault and its keys; false by default."""


class KeyVault(Component):
    """A key vault: private endpoint, role-based access, purge protection, soft delete and audit logs."""

    id: pulumi.Output[str]
    """The vault's ARM id."""
    name: pulumi.Output[str]
    """The vault's name, known before it exists."""
    uri: pulumi.Output[str]
    """The vault's URI, `https://….vault.azure.net/`."""
    private_zone_id: pulumi.Output[str]
    """The private DNS zone, to share with other vaults."""
    key_ids: pulumi.Output[dict[str, str]]
    """The ARM ids of the created keys, by name."""
    key_uris: pulumi.Output[dict[str, str]]
    """The key URIs without a version, by name, so that users always get the latest version."""

    def __init__(self, name: str, args: KeyVaultArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        vault_name = naming.name("key_vault", args["workload"], args["label"], args["location"])
        vault = keyvault.Vault(
            f"{name}-vault",
            vault_name=vault_name,
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            properties=_properties(args),
            tags=naming.tags(args["label"]),
            opts=self.child(protect=args.get("protect", False)),
        )
        send_logs(f"{name}-vault-logs", vault, args["workspace_id"], self.child())
        self.private_zone_id = private_link(self, name, args, vault, "vault", VAULT_ZONE)
        self.id = vault.id
        self.name = after(vault_name, vault)
        where = {"vault_name": self.name, "resource_group_name": args["resource_group_name"]}
        keys = {
            key: vault_key(
                self,
                f"{name}-key-{key}",
                key,
                wanted,
                where,
                hardware=args.get("sku", "premium") == "premium",
                protect=args.get("protect", False),
                tags=naming.tags(args["label"]),
            )
            for key, wanted in args.get("keys", {}).items()
        }
        self.key_ids = pulumi.Output.all(**{key: made.id for key, made in keys.items()})
        self.key_uris = pulumi.Output.all(**{key: made.key_uri for key, made in keys.items()})
        self.uri = vault.properties.vault_uri
        self.finish()


def _properties(args: KeyVaultArgs) -> keyvault.VaultPropertiesArgs:
    return keyvault.VaultPropertiesArgs(
        tenant_id=args["tenant_id"],
        sku=keyvault.SkuArgs(family="A", name=args.get("sku", "premium")),
        enable_rbac_authorization=True,
        enable_purge_protection=True,
        enable_soft_delete=True,
        soft_delete_retention_in_days=args.get("soft_delete_retention_days", 90),
        enabled_for_deployment=False,
        enabled_for_disk_encryption=False,
        enabled_for_template_deployment=False,
        public_network_access="Disabled",
        # Storage and SQL reach a vault with their encryption keys as trusted services.
        network_acls=keyvault.NetworkRuleSetArgs(
            bypass="AzureServices", default_action="Deny", ip_rules=[], virtual_network_rules=[]
        ),
    )
