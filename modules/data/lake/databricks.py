"""A Databricks workspace beside the lake, with VNet injection and without public network access."""

from typing import Final, NotRequired

import pulumi
from pulumi_azure_native import databricks

from bluelamp.modules import naming
from bluelamp.modules.azure.log_analytics import send_logs
from bluelamp.modules.azure.private_link import private_links
from bluelamp.modules.component import Component, after
from bluelamp.modules.shared_arguments import LabelledArgs

DELEGATION: Final = "Microsoft.Databricks/workspaces"
"""The service to which both subnets are delegated."""

_ZONE: Final = "privatelink.azuredatabricks.net"
_GROUPS: Final = {"databricks_ui_api": [_ZONE], "browser_authentication": [_ZONE]}


class DatabricksWorkspaceArgs(LabelledArgs):
    """Arguments of a Databricks workspace."""

    location: str
    """The Azure region, `uksouth` or `ukwest`: the network's region."""
    workload: str
    """The purpose, such as `lake`; part of every name."""
    resource_group_name: pulumi.Input[str]
    """The resource group of the workspace."""
    subscription_id: pulumi.Input[str]
    """The GUID of the resource group's subscription, in which Databricks creates a managed resource group."""
    virtual_network_id: pulumi.Input[str]
    """The network of its clusters."""
    host_subnet_name: pulumi.Input[str]
    """A subnet of the network, a /26 or larger, delegated to `Microsoft.Databricks/workspaces`."""
    container_subnet_name: pulumi.Input[str]
    """A second subnet of the same size and delegation."""
    subnet_id: pulumi.Input[str]
    """The private endpoint subnet."""
    workspace_id: pulumi.Input[str]
    """The Log Analytics workspace that receives the workspace's logs."""
    virtual_network_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Networks to link to new private DNS zones, keyed by a short name; not used for existing zones."""
    private_zone_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Existing private DNS zones, by name; missing zones are created."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete the workspace; false by default."""


class DatabricksWorkspace(Component):
    """A premium workspace with front-end and back-end Private Link, no public IP addresses, and an identity for the
    lake."""

    id: pulumi.Output[str]
    """The workspace's ARM id."""
    name: pulumi.Output[str]
    """The workspace's name, known before it exists."""
    principal_id: pulumi.Output[str]
    """The object id of the access connector's identity, for role assignments on the lake."""

    def __init__(self, name: str, args: DatabricksWorkspaceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        connector = databricks.AccessConnector(
            f"{name}-connector",
            connector_name=naming.name("databricks_connector", args["workload"], args["label"], args["location"]),
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            identity=databricks.ManagedServiceIdentityArgs(type="SystemAssigned"),
            tags=naming.tags(args["label"]),
            opts=self.child(),
        )
        workspace_name = naming.name("databricks_workspace", args["workload"], args["label"], args["location"])
        workspace = self._workspace(name, args, workspace_name, connector)
        send_logs(f"{name}-workspace-logs", workspace, args["workspace_id"], self.child(), metrics=False)
        private_links(self, name, args, workspace, _GROUPS)
        self.id = workspace.id
        self.name = after(workspace_name, workspace)
        self.principal_id = connector.identity.apply(lambda found: str(found.principal_id) if found else "")
        self.finish()

    def _workspace(
        self, name: str, args: DatabricksWorkspaceArgs, workspace_name: str, connector: databricks.AccessConnector
    ) -> databricks.Workspace:
        text = databricks.WorkspaceCustomStringParameterArgs
        group = naming.name("resource_group", f"{args['workload']}-databricks", args["label"], args["location"])
        return databricks.Workspace(
            f"{name}-workspace",
            workspace_name=workspace_name,
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            sku=databricks.SkuArgs(name="premium"),
            compute_mode="Hybrid",
            managed_resource_group_id=pulumi.Output.concat(
                "/subscriptions/", args["subscription_id"], "/resourceGroups/", group
            ),
            public_network_access="Disabled",
            required_nsg_rules="NoAzureDatabricksRules",
            access_connector=databricks.WorkspacePropertiesAccessConnectorArgs(
                id=connector.id, identity_type="SystemAssigned"
            ),
            default_storage_firewall="Enabled",
            parameters=databricks.WorkspaceCustomParametersArgs(
                enable_no_public_ip=databricks.WorkspaceNoPublicIPBooleanParameterArgs(value=True),
                custom_virtual_network_id=text(value=args["virtual_network_id"]),
                custom_public_subnet_name=text(value=args["host_subnet_name"]),
                custom_private_subnet_name=text(value=args["container_subnet_name"]),
                require_infrastructure_encryption=databricks.WorkspaceCustomBooleanParameterArgs(value=True),
            ),
            tags=naming.tags(args["label"]),
            opts=self.child(protect=args.get("protect", False)),
        )
