"""A managed HSM with private endpoint access only."""

from typing import NotRequired

import pulumi
from pulumi_azure_native import keyvault

from bluelamp.modules import naming
from bluelamp.modules.azure.log_analytics import send_logs
from bluelamp.modules.azure.private_link import private_link
from bluelamp.modules.component import Component, after
from bluelamp.modules.shared_arguments import ResourceGroupScopedArgs

_ZONE = "privatelink.managedhsm.azure.net"
_FEWEST = 3  # so that the security domain survives the loss of one administrator


class ManagedHsmArgs(ResourceGroupScopedArgs):
    """Arguments of a managed HSM."""

    workload: str
    """The purpose, such as `platform`."""
    tenant_id: pulumi.Input[str]
    """The Entra ID tenant of the administrators."""
    administrator_ids: list[str]
    """Object ids of the administrators, who activate the HSM and hold its security domain; at least three."""
    subnet_id: pulumi.Input[str]
    """The subnet for the private endpoint."""
    workspace_id: pulumi.Input[str]
    """The Log Analytics workspace that receives the HSM's logs."""
    virtual_network_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Networks to link to the HSM's private DNS zone, keyed by a short name; not used with `private_zone_id`."""
    private_zone_id: NotRequired[pulumi.Input[str]]
    """An existing private DNS zone `privatelink.managedhsm.azure.net`; one is created by default."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete the HSM; true by default, since encrypted data would be lost."""


class ManagedHsm(Component):
    """A managed HSM (FIPS 140-3 level 3, single tenant): private endpoint, purge protection and audit logs."""

    id: pulumi.Output[str]
    """The HSM's ARM id."""
    name: pulumi.Output[str]
    """The HSM's name, known before it exists."""
    uri: pulumi.Output[str]
    """The HSM's URI, `https://….managedhsm.azure.net/`."""
    private_zone_id: pulumi.Output[str]
    """The private DNS zone, to share with others."""

    def __init__(self, name: str, args: ManagedHsmArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        people = args["administrator_ids"]
        if len(set(people)) < _FEWEST:
            raise ValueError(
                f"ManagedHsm {name!r}: administrator_ids has {len(set(people))} different people; "
                f"at least {_FEWEST} are required, so that the security domain survives the loss of one"
            )
        hsm_name = naming.name("managed_hsm", args["workload"], args["label"], args["location"])
        hsm = keyvault.ManagedHsm(
            f"{name}-hsm",
            name=hsm_name,
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            sku=keyvault.ManagedHsmSkuArgs(family="B", name="Standard_B1"),
            properties=keyvault.ManagedHsmPropertiesArgs(
                tenant_id=args["tenant_id"],
                initial_admin_object_ids=people,
                enable_purge_protection=True,
                enable_soft_delete=True,
                soft_delete_retention_in_days=90,
                public_network_access="Disabled",
                network_acls=keyvault.MHSMNetworkRuleSetArgs(bypass="AzureServices", default_action="Deny"),
            ),
            tags=naming.tags(args["label"]),
            opts=self.child(protect=args.get("protect", True)),
        )
        send_logs(f"{name}-hsm-logs", hsm, args["workspace_id"], self.child())
        self.private_zone_id = private_link(self, name, args, hsm, "managedhsm", _ZONE)
        self.id = hsm.id
        self.name = after(hsm_name, hsm)
        self.uri = hsm.properties.hsm_uri
        self.finish()
