"""Private Link for any service: the private endpoint and its private DNS zone."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_azure_native import network, privatedns

from bluelamp.modules import naming
from bluelamp.modules.component import Component, after

BLOB_ZONE = "privatelink.blob.core.windows.net"
"""The private DNS zone of blob storage."""

VAULT_ZONE = "privatelink.vaultcore.azure.net"
"""The private DNS zone of key vaults."""

DFS_ZONE = "privatelink.dfs.core.windows.net"
"""The private DNS zone of Data Lake file systems."""


def private_link(
    owner: Component, name: str, args: Mapping[str, Any], service: pulumi.CustomResource, group: str, zone: str
) -> pulumi.Output[str]:
    """Creates the private endpoint of `service` as a child of `owner`. Returns the id of its private DNS zone.

    `args` are the owner's arguments: label, location, workload, resource_group_name, subnet_id, and either
    private_zone_id or virtual_network_ids (the networks to link, keyed by a short name). `group` is the sub-resource
    of the service (`vault`, `blob`), `zone` the name of the private DNS zone that Azure requires for it.
    """
    zone_id = args.get("private_zone_id")
    found: pulumi.Output[str] = (
        pulumi.Output.from_input(zone_id) if zone_id else linked_zone(owner, f"{name}-zone", args, zone).id
    )
    private_endpoint(owner, name, args, service, group, {group: found})
    return found


def private_links(
    owner: Component,
    name: str,
    args: Mapping[str, Any],
    service: pulumi.CustomResource,
    groups: Mapping[str, Sequence[str]],
) -> None:
    """Creates a private endpoint for each sub-resource in `groups` of `service`, as children of `owner`.

    Each sub-resource has the private DNS zones that Azure requires. `args` are as for `private_link`, except
    `private_zone_ids`: the existing zones by name. A zone that is not among them is created once.
    """
    given: Mapping[str, pulumi.Input[str]] = args.get("private_zone_ids", {})
    zones: dict[str, pulumi.Input[str]] = {}
    for group, wanted in groups.items():
        for zone in wanted:
            if zone not in zones:
                known = given.get(zone)
                zones[zone] = linked_zone(owner, f"{name}-{zone}-zone", args, zone).id if known is None else known
        here = {zone_key(zone): zones[zone] for zone in wanted}
        private_endpoint(owner, f"{name}-{_short(group)}", args, service, group, here)


def linked_zone(
    owner: Component,
    logical: str,
    args: Mapping[str, Any],
    zone_name: str,
    *,
    protect: bool | None = None,
    **link: Any,
) -> privatedns.PrivateZone:
    """Creates a private DNS zone, linked to each of `virtual_network_ids` in `args`, as children of `owner`.

    `link` are further arguments of `privatedns.VirtualNetworkLink`.
    """
    zone = privatedns.PrivateZone(
        logical,
        private_zone_name=zone_name,
        resource_group_name=args["resource_group_name"],
        location="global",
        tags=naming.tags(args["label"]),
        opts=owner.child(protect=protect),
    )
    for short, network_id in args.get("virtual_network_ids", {}).items():
        privatedns.VirtualNetworkLink(
            f"{logical}-{short}",
            virtual_network_link_name=naming.name("private_dns_link", short, args["label"], args["location"]),
            private_zone_name=after(zone_name, zone),
            resource_group_name=args["resource_group_name"],
            location="global",
            registration_enabled=False,
            virtual_network=privatedns.SubResourceArgs(id=network_id),
            tags=naming.tags(args["label"]),
            **link,
            opts=owner.child(),
        )
    return zone


def private_endpoint(
    owner: Component,
    name: str,
    args: Mapping[str, Any],
    service: pulumi.CustomResource,
    group: str,
    zone_ids: Mapping[str, pulumi.Input[str]],
    *,
    connection: str | None = None,
) -> pulumi.Resource:
    """Creates the private endpoint of the sub-resource `group`, and its records in DNS zones keyed by a short name.

    `args` are as for `private_link`. The endpoint is named after its `connection`, by default the sub-resource. Returns
    the resource that is created last.
    """
    connection = connection or group
    where = (f"{args['workload']}-{_short(connection)}", args["label"], args["location"])
    endpoint_name = naming.name("private_endpoint", *where)
    endpoint: pulumi.Resource = network.PrivateEndpoint(
        f"{name}-endpoint",
        private_endpoint_name=endpoint_name,
        resource_group_name=args["resource_group_name"],
        location=args["location"],
        # A reference only: the SDK's own SubnetArgs would add the defaults of a new subnet.
        subnet={"id": args["subnet_id"]},
        custom_network_interface_name=naming.name("network_interface", *where),
        private_link_service_connections=[
            network.PrivateLinkServiceConnectionArgs(
                name=connection, private_link_service_id=service.id, group_ids=[group]
            )
        ],
        tags=naming.tags(args["label"]),
        opts=owner.child(),
    )
    if not zone_ids:
        return endpoint
    records: pulumi.Resource = network.PrivateDnsZoneGroup(
        f"{name}-endpoint-zones",
        private_dns_zone_group_name="default",
        private_endpoint_name=after(endpoint_name, endpoint),
        resource_group_name=args["resource_group_name"],
        private_dns_zone_configs=[
            network.PrivateDnsZoneConfigArgs(name=short, private_dns_zone_id=zone_id)
            for short, zone_id in zone_ids.items()
        ],
        opts=owner.child(),
    )
    return records


def zone_key(zone_name: str) -> str:
    """The key of a zone among those of an endpoint."""
    return zone_name.replace(".", "-")


def _short(group: str) -> str:
    """A sub-resource as it appears in names: `databricks_ui_api` is `databricks-ui-api`."""
    return group.lower().replace("_", "-")
