"""A data factory: pipelines that ingest data from the force's systems into the lake."""

from collections.abc import Mapping
from typing import Any, Final, NotRequired, TypedDict

import pulumi
from pulumi_azure_native import managedidentity, resources

from bluelamp.modules import naming
from bluelamp.modules.azure.log_analytics import send_logs
from bluelamp.modules.azure.private_link import private_links
from bluelamp.modules.azure.storage_encryption import EncryptionKey
from bluelamp.modules.azure.untyped import untyped
from bluelamp.modules.component import Component, after
from bluelamp.modules.data.lake.sources import SqlSource, linked_services, problems
from bluelamp.modules.shared_arguments import ResourceGroupScopedArgs

ON_PREMISES: Final = "on-premises"
"""The self-hosted integration runtime, which the force installs beside its systems."""

_MANAGED: Final = "default"  # the only name that Azure accepts for a factory's managed network
_API_VERSION: Final = "2018-06-01"
_GROUPS: Final = {
    "dataFactory": ["privatelink.datafactory.azure.net"],
    "portal": ["privatelink.adf.azure.com"],
}


class ManagedEndpoint(TypedDict):
    """A managed private endpoint of the factory."""

    id: pulumi.Input[str]
    """The service's ARM id."""
    group: str
    """The service's sub-resource, such as `dfs`."""


class DataFactoryArgs(ResourceGroupScopedArgs):
    """Arguments of a data factory."""

    workload: str
    """The purpose, such as `lake`; part of every name."""
    subnet_id: pulumi.Input[str]
    """The private endpoint subnet."""
    workspace_id: pulumi.Input[str]
    """The Log Analytics workspace that receives the factory's logs."""
    endpoints: dict[str, ManagedEndpoint]
    """Managed private endpoints, keyed by a short name. Each must be approved at the
    service."""
    virtual_network_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Networks to link to new private DNS zones, keyed by a short name; not used for existing zones."""
    private_zone_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Existing private DNS zones, by name; missing zones are created."""
    key_vault_uri: NotRequired[pulumi.Input[str]]
    """The vault with the passwords of `sources`; required with sources."""
    sources: NotRequired[dict[str, SqlSource]]
    """On-premises SQL Server databases, keyed by a short name; none by default."""
    key: NotRequired[EncryptionKey]
    """A customer-managed encryption key; a Microsoft-managed key by default."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete the factory; false by default."""


class DataFactory(Component):
    """A factory without public network access, with a managed network and a self-hosted runtime."""

    id: pulumi.Output[str]
    """The factory's ARM id."""
    name: pulumi.Output[str]
    """The factory's name, known before it exists."""
    identity_id: pulumi.Output[str]
    """ARM id of the identity with which it reads and writes data."""
    principal_id: pulumi.Output[str]
    """The identity's object id, for role assignments."""

    def __init__(self, name: str, args: DataFactoryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        sources = args.get("sources", {})
        if wrong := problems(sources, "key_vault_uri" in args):
            raise ValueError(f"DataFactory {name!r}: " + "; ".join(wrong))
        identity = self._identity(name, args)
        factory_name = naming.name("data_factory", args["workload"], args["label"], args["location"])
        factory = self._factory(name, args, factory_name, identity)
        here: dict[str, pulumi.Input[str]] = {
            "factoryName": after(factory_name, factory),
            "resourceGroupName": args["resource_group_name"],
        }
        self._managed_network(name, args, factory_name, factory, here)
        runtime = self._runtime(name, here, ON_PREMISES, {"type": "SelfHosted"}, factory)
        if sources:
            linked_services(self, name, here, sources, args["key_vault_uri"], ON_PREMISES, runtime)
        send_logs(f"{name}-factory-logs", factory, args["workspace_id"], self.child(), dedicated=True)
        private_links(self, name, args, factory, _GROUPS)
        self.id = factory.id
        self.name = after(factory_name, factory)
        self.identity_id, self.principal_id = identity.id, identity.principal_id
        self.finish()

    def _identity(self, name: str, args: DataFactoryArgs) -> managedidentity.UserAssignedIdentity:
        return managedidentity.UserAssignedIdentity(
            f"{name}-identity",
            resource_name_=naming.name(
                "user_assigned_identity", f"{args['workload']}-factory", args["label"], args["location"]
            ),
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            tags=naming.tags(args["label"]),
            opts=self.child(),
        )

    def _factory(
        self, name: str, args: DataFactoryArgs, factory_name: str, identity: managedidentity.UserAssignedIdentity
    ) -> pulumi.CustomResource:
        key = args.get("key")
        inputs: dict[str, Any] = {
            "factoryName": factory_name,
            "resourceGroupName": args["resource_group_name"],
            "location": args["location"],
            "publicNetworkAccess": "Disabled",
            "identity": {
                "type": "UserAssigned",
                "userAssignedIdentities": [identity.id, *([key["identity_id"]] if key else [])],
            },
            "tags": naming.tags(args["label"]),
        }
        if key:
            inputs["encryption"] = {
                "keyName": key["key_name"],
                "vaultBaseUrl": key["vault_uri"],
                "identity": {"userAssignedIdentity": key["identity_id"]},
            }
        opts = self.child(protect=args.get("protect", False))
        return untyped("datafactory:Factory", f"{name}-factory", inputs, opts)

    def _managed_network(
        self,
        name: str,
        args: DataFactoryArgs,
        factory_name: str,
        factory: pulumi.CustomResource,
        here: Mapping[str, pulumi.Input[str]],
    ) -> None:
        """The factory's managed network, its private endpoints and its integration runtime."""
        made = resources.Deployment(
            f"{name}-managed-network",  # azure-native has no class for it
            deployment_name=f"{factory_name}-managed-network",
            resource_group_name=args["resource_group_name"],
            properties=resources.DeploymentPropertiesArgs(mode="Incremental", template=_template(factory_name)),
            tags=naming.tags(args["label"]),
            opts=self.child(depends_on=[factory]),
        )
        for short, wanted in args["endpoints"].items():
            untyped(
                "datafactory:ManagedPrivateEndpoint",
                f"{name}-managed-{short}",
                {
                    **here,
                    "managedVirtualNetworkName": _MANAGED,
                    "managedPrivateEndpointName": short,
                    "properties": {"privateLinkResourceId": wanted["id"], "groupId": wanted["group"]},
                },
                self.child(depends_on=[made]),
            )
        managed = {
            "type": "Managed",
            "computeProperties": {"location": args["location"]},
            "managedVirtualNetwork": {"referenceName": _MANAGED, "type": "ManagedVirtualNetworkReference"},
        }
        self._runtime(name, here, "managed", managed, made)

    def _runtime(
        self,
        name: str,
        here: Mapping[str, pulumi.Input[str]],
        runtime: str,
        properties: Mapping[str, Any],
        waits_for: pulumi.Resource,
    ) -> pulumi.CustomResource:
        return untyped(
            "datafactory:IntegrationRuntime",
            f"{name}-runtime-{runtime}",
            {**here, "integrationRuntimeName": runtime, "properties": dict(properties)},
            self.child(depends_on=[waits_for]),
        )


def _template(factory_name: str) -> dict[str, Any]:
    return {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": [
            {
                "type": "Microsoft.DataFactory/factories/managedVirtualNetworks",
                "apiVersion": _API_VERSION,
                "name": f"{factory_name}/{_MANAGED}",
                "properties": {},
            }
        ],
    }
