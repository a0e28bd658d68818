"""Private Link for any service: its private endpoint, and the private DNS zone that gives the endpoint's address."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_azure_native import network, privatedns

from bluelamp.modules import naming
from bluelamp.modules.component import Component, after

BLOB_ZONE = "privatelink.blob.core.windows.net"
"""The private DNS zone of blobs."""


def private_link(
    owner: Component, name: str, args: Mapping[str, Any], service: pulumi.CustomResource, group: str, zone: str
) -> pulumi.Output[str]:
    """Makes the private endpoint of `service`, a child of `owner`, and gives the id of the DNS zone that it is in.

    `args` are the owner's: label, location, workload, resource_group_name, subnet_id, and either private_zone_id or
    virtual_network_ids (networks that resolve the private name, by a short name for each). `group` is the part of the
    service that is reached (`vault`, `blob`), `zone` the private DNS zone that Azure wants for it.
    """
    zone_id = args.get("private_zone_id")
    found = pulumi.Output.from_input(zone_id) if zone_id else _zone(owner, name, args, zone)
    _endpoint(owner, name, args, service, group, found)
    return found


def _zone(owner: Component, name: str, args: Mapping[str, Any], zone_name: str) -> pulumi.Output[str]:
    """The private DNS zone, linked to every network that is to resolve the service."""
    zone = privatedns.PrivateZone(
        f"{name}-zone",
        private_zone_name=zone_name,
        resource_group_name=args["resource_group_name"],
        location="global",
        tags=naming.tags(args["label"]),
        opts=owner.child(),
    )
    for short, network_id in args.get("virtual_network_ids", {}).items():
        privatedns.VirtualNetworkLink(
            f"{name}-zone-{short}",
            virtual_network_link_name=naming.name("private_dns_link", short, args["label"], args["location"]),
            private_zone_name=after(zone_name, zone),
            resource_group_name=args["resource_group_name"],
            location="global",
            registration_enabled=False,
            virtual_network=privatedns.SubResourceArgs(id=network_id),
            tags=naming.tags(args["label"]),
            opts=owner.child(),
        )
    zone_id: pulumi.Output[str] = zone.id
    return zone_id


def _endpoint(
    owner: Component,
    name: str,
    args: Mapping[str, Any],
    service: pulumi.CustomResource,
    group: str,
    zone_id: pulumi.Output[str],
) -> None:
    """The private endpoint, and its record in the private DNS zone."""
    where = (f"{args['workload']}-{group}", args["label"], args["location"])
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
            network.PrivateLinkServiceConnectionArgs(name=group, private_link_service_id=service.id, group_ids=[group])
        ],
        tags=naming.tags(args["label"]),
        opts=owner.child(),
    )
    network.PrivateDnsZoneGroup(
        f"{name}-endpoint-zones",
        private_dns_zone_group_name="default",
        private_endpoint_name=after(endpoint_name, endpoint),
        resource_group_name=args["resource_group_name"],
        private_dns_zone_configs=[network.PrivateDnsZoneConfigArgs(name=group, private_dns_zone_id=zone_id)],
        opts=owner.child(),
    )
