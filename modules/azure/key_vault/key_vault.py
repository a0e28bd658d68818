"""A key vault that can be reached through a private endpoint only."""

from typing import NotRequired, TypedDict

import pulumi
from pulumi_azure_native import keyvault, network, privatedns

from modules import naming
from modules.azure.log_analytics import send_logs
from modules.component import Component, after

_ZONE = "privatelink.vaultcore.azure.net"


class KeyVaultArgs(TypedDict):
    """What a key vault needs."""

    label: naming.Label
    """Whose it is; names and tags follow from it."""
    location: str
    """The Azure region, `uksouth` or `ukwest`."""
    workload: str
    """What the vault is for, such as `platform`."""
    resource_group_name: pulumi.Input[str]
    """The resource group to put it in."""
    tenant_id: pulumi.Input[str]
    """The Entra ID tenant whose people and programs may be let in."""
    subnet_id: pulumi.Input[str]
    """The subnet for the private endpoint."""
    workspace_id: pulumi.Input[str]
    """The Log Analytics workspace that takes the vault's logs."""
    virtual_network_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Networks that resolve the vault's private name, by a short name for each; not used with `private_zone_id`."""
    private_zone_id: NotRequired[pulumi.Input[str]]
    """An existing private DNS zone `privatelink.vaultcore.azure.net`; one is made when left out."""
    sku: NotRequired[str]
    """`premium` (keys in hardware) or `standard`; `premium` when left out."""
    soft_delete_retention_days: NotRequired[int]
    """Days for which a deleted vault can be had back, 7 to 90; 90 when left out. It cannot be changed later."""
    protect: NotRequired[bool]
    """Whether the engine refuses to delete the vault; false when left out."""


class KeyVault(Component):
    """A key vault: private endpoint, role-based access, purge protection, soft delete, every access logged."""

    id: pulumi.Output[str]
    """The vault's ARM id."""
    name: pulumi.Output[str]
    """The vault's name, known before it exists."""
    uri: pulumi.Output[str]
    """Where the vault answers, `https://….vault.azure.net/`."""
    private_zone_id: pulumi.Output[str]
    """The private DNS zone, to share with other vaults."""

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
        zone_id = args.get("private_zone_id")
        self.private_zone_id = pulumi.Output.from_input(zone_id) if zone_id else self._zone(name, args)
        self._endpoint(name, args, vault)
        self.id = vault.id
        self.name = after(vault_name, vault)
        self.uri = vault.properties.vault_uri
        self.finish()

    def _zone(self, name: str, args: KeyVaultArgs) -> pulumi.Output[str]:
        """The private DNS zone, linked to every network that is to resolve the vault."""
        zone = privatedns.PrivateZone(
            f"{name}-zone",
            private_zone_name=_ZONE,
            resource_group_name=args["resource_group_name"],
            location="global",
            tags=naming.tags(args["label"]),
            opts=self.child(),
        )
        for short, network_id in args.get("virtual_network_ids", {}).items():
            privatedns.VirtualNetworkLink(
                f"{name}-zone-{short}",
                virtual_network_link_name=naming.name("private_dns_link", short, args["label"], args["location"]),
                private_zone_name=after(_ZONE, zone),
                resource_group_name=args["resource_group_name"],
                location="global",
                registration_enabled=False,
                virtual_network=privatedns.SubResourceArgs(id=network_id),
                tags=naming.tags(args["label"]),
                opts=self.child(),
            )
        zone_id: pulumi.Output[str] = zone.id
        return zone_id

    def _endpoint(self, name: str, args: KeyVaultArgs, vault: keyvault.Vault) -> None:
        """The private endpoint, and its record in the private DNS zone."""
        where = (f"{args['workload']}-vault", args["label"], args["location"])
        endpoint_name = naming.name("private_endpoint", *where)
        endpoint = network.PrivateEndpoint(
            f"{name}-endpoint",
            private_endpoint_name=endpoint_name,
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            # A reference only: the SDK's own SubnetArgs would add the defaults of a new subnet.
            subnet={"id": args["subnet_id"]},
            custom_network_interface_name=naming.name("network_interface", *where),
            private_link_service_connections=[
                network.PrivateLinkServiceConnectionArgs(
                    name="vault", private_link_service_id=vault.id, group_ids=["vault"]
                )
            ],
            tags=naming.tags(args["label"]),
            opts=self.child(),
        )
        network.PrivateDnsZoneGroup(
            f"{name}-endpoint-zones",
            private_dns_zone_group_name="default",
            private_endpoint_name=after(endpoint_name, endpoint),
            resource_group_name=args["resource_group_name"],
            private_dns_zone_configs=[
                network.PrivateDnsZoneConfigArgs(name="vault", private_dns_zone_id=self.private_zone_id)
            ],
            opts=self.child(),
        )


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
        # Storage and SQL reach a vault as trusted services when it holds their encryption keys.
        network_acls=keyvault.NetworkRuleSetArgs(
            bypass="AzureServices", default_action="Deny", ip_rules=[], virtual_network_rules=[]
        ),
    )
