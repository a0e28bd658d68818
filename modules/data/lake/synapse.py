"""A Synapse workspace on the lake, without public network access."""

from typing import Final, NotRequired, TypedDict

import pulumi
from pulumi_azure_native import synapse

from bluelamp.modules import naming
from bluelamp.modules.azure.log_analytics import send_logs
from bluelamp.modules.azure.private_link import private_links
from bluelamp.modules.component import Component, after
from bluelamp.modules.shared_arguments import LabelledArgs

_SQL: Final = "privatelink.sql.azuresynapse.net"
_GROUPS: Final = {"Sql": [_SQL], "SqlOnDemand": [_SQL], "Dev": ["privatelink.dev.azuresynapse.net"]}
_WEB: Final = {"Web": ["privatelink.azuresynapse.net"]}


class SynapseKey(TypedDict):
    """A customer-managed key and the identity that may use it."""

    key_uri: pulumi.Input[str]
    """The key URI without a version, `https://….vault.azure.net/keys/…`."""
    identity_id: pulumi.Input[str]
    """ARM id of a user-assigned identity that may wrap and unwrap with the key."""


class SynapseWorkspaceArgs(LabelledArgs):
    """Arguments of a Synapse workspace."""

    location: str
    """The Azure region, `uksouth` or `ukwest`: the lake's region."""
    workload: str
    """The purpose, such as `lake`; part of every name."""
    resource_group_name: pulumi.Input[str]
    """The resource group of the workspace."""
    tenant_id: pulumi.Input[str]
    """The Entra ID tenant, the only one to which data can be sent."""
    lake_id: pulumi.Input[str]
    """The lake's ARM id."""
    lake_endpoint: pulumi.Input[str]
    """The lake's endpoint, `https://….dfs.core.windows.net`."""
    file_system: str
    """The lake's file system for workspace files."""
    subnet_id: pulumi.Input[str]
    """The private endpoint subnet."""
    workspace_id: pulumi.Input[str]
    """The Log Analytics workspace that receives the workspace's logs."""
    virtual_network_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Networks to link to new private DNS zones, keyed by a short name; not used for existing zones."""
    private_zone_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Existing private DNS zones, by name; missing zones are created."""
    key: NotRequired[SynapseKey]
    """A customer-managed encryption key; a Microsoft-managed key by default. It cannot be added later."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete the workspace; false by default."""


class SynapseWorkspace(Component):
    """A workspace with a managed network, data exfiltration protection and Entra-only authentication."""

    id: pulumi.Output[str]
    """The workspace's ARM id."""
    name: pulumi.Output[str]
    """The workspace's name, known before it exists."""
    principal_id: pulumi.Output[str]
    """The object id of its identity, for role assignments on the lake."""

    def __init__(self, name: str, args: SynapseWorkspaceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        workspace_name = naming.name("synapse_workspace", args["workload"], args["label"], args["location"])
        workspace = self._workspace(name, args, workspace_name)
        send_logs(f"{name}-workspace-logs", workspace, args["workspace_id"], self.child())
        private_links(self, name, args, workspace, _GROUPS)
        hub = synapse.PrivateLinkHub(
            f"{name}-web",
            private_link_hub_name=f"{args['workload']}{args['label']['code']}web".replace("-", "")[:45],
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            tags=naming.tags(args["label"]),
            opts=self.child(),
        )
        private_links(self, f"{name}-studio", args, hub, _WEB)
        self.id = workspace.id
        self.name = after(workspace_name, workspace)
        self.principal_id = workspace.identity.apply(lambda found: str(found.principal_id) if found else "")
        self.finish()

    def _workspace(self, name: str, args: SynapseWorkspaceArgs, workspace_name: str) -> synapse.Workspace:
        key = args.get("key")
        return synapse.Workspace(
            f"{name}-workspace",
            workspace_name=workspace_name,
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            managed_resource_group_name=naming.name(
                "resource_group", f"{args['workload']}-synapse", args["label"], args["location"]
            ),
            identity=synapse.ManagedIdentityArgs(
                type=synapse.ResourceIdentityType.SYSTEM_ASSIGNED_USER_ASSIGNED
                if key
                else synapse.ResourceIdentityType.SYSTEM_ASSIGNED,
                user_assigned_identities=[key["identity_id"]] if key else None,
            ),
            azure_ad_only_authentication=True,
            public_network_access="Disabled",
            default_data_lake_storage=synapse.DataLakeStorageAccountDetailsArgs(
                account_url=args["lake_endpoint"],
                filesystem=args["file_system"],
                resource_id=args["lake_id"],
                create_managed_private_endpoint=True,
            ),
            managed_virtual_network="default",
            managed_virtual_network_settings=synapse.ManagedVirtualNetworkSettingsArgs(
                prevent_data_exfiltration=True,
                linked_access_check_on_target_resource=True,
                allowed_aad_tenant_ids_for_linking=[args["tenant_id"]],
            ),
            encryption=_encryption(key) if key else None,
            tags=naming.tags(args["label"]),
            opts=self.child(protect=args.get("protect", False)),
        )


def _encryption(key: SynapseKey) -> synapse.EncryptionDetailsArgs:
    return synapse.EncryptionDetailsArgs(
        cmk=synapse.CustomerManagedKeyDetailsArgs(
            key=synapse.WorkspaceKeyDetailsArgs(name="default", key_vault_url=key["key_uri"]),
            kek_identity=synapse.KekIdentityPropertiesArgs(
                user_assigned_identity=key["identity_id"], use_system_assigned_identity=False
            ),
        )
    )
