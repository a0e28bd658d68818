"""A Microsoft Purview account with private endpoint access only."""

from typing import Final, NotRequired

import pulumi
from pulumi_azure_native import purview

from bluelamp.modules import naming
from bluelamp.modules.azure.log_analytics import send_logs
from bluelamp.modules.azure.private_link import private_links
from bluelamp.modules.component import Component, after
from bluelamp.modules.shared_arguments import ResourceGroupScopedArgs

_GROUPS: Final = {
    "account": ["privatelink.purview.azure.com"],
    "portal": ["privatelink.purviewstudio.azure.com"],
}


class DataCatalogueArgs(ResourceGroupScopedArgs):
    """Arguments of a catalogue."""

    workload: str
    """The purpose, such as `catalogue`; part of every name."""
    subnet_id: pulumi.Input[str]
    """The private endpoint subnet."""
    workspace_id: pulumi.Input[str]
    """The Log Analytics workspace that receives the account's logs."""
    virtual_network_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Networks to link to new private DNS zones, keyed by a short name; not used for existing zones."""
    private_zone_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Existing private DNS zones, by name; missing zones are created."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete the account; false by default."""


class DataCatalogue(Component):
    """A Purview account: no public network access, no managed event hub, access logs."""

    id: pulumi.Output[str]
    """The account's ARM id."""
    name: pulumi.Output[str]
    """The account's name, known before it exists."""
    principal_id: pulumi.Output[str]
    """The object id of the identity that scans sources, for role assignments."""

    def __init__(self, name: str, args: DataCatalogueArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        label, location = args["label"], args["location"]
        account_name = naming.name("purview_account", args["workload"], label, location)
        account = purview.Account(
            f"{name}-account",
            account_name=account_name,
            resource_group_name=args["resource_group_name"],
            location=location,
            identity=purview.IdentityArgs(type="SystemAssigned"),
            managed_resource_group_name=naming.name("resource_group", f"{args['workload']}-managed", label, location),
            managed_event_hub_state="Disabled",
            managed_resources_public_network_access="Disabled",
            ingestion_storage=purview.IngestionStorageArgs(public_network_access="Disabled"),
            public_network_access="Disabled",
            tags=naming.tags(label),
            opts=self.child(protect=args.get("protect", False)),
        )
        send_logs(f"{name}-account-logs", account, args["workspace_id"], self.child())
        private_links(self, name, args, account, _GROUPS)
        self.id = account.id
        self.name = after(account_name, account)
        self.principal_id = account.identity.apply(lambda found: str(found.principal_id) if found else "")
        self.finish()
