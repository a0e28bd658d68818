"""The private link scopes of Azure Monitor and Azure Arc."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NotRequired

import pulumi
import yaml
from pulumi_azure_native import hybridcompute, monitor

from bluelamp.modules import naming
from bluelamp.modules.azure.private_link import linked_zone, private_endpoint, zone_key
from bluelamp.modules.component import Component, after
from bluelamp.modules.shared_arguments import LabelledArgs

_MODES = ("PrivateOnly", "Open")
_MONITOR, _ARC = "azuremonitor", "hybridcompute"


@cache
def zones() -> Mapping[str, list[str]]:
    """The private DNS zones of each scope."""
    read: Mapping[str, list[str]] = yaml.safe_load(Path(__file__).with_name("zones.yaml").read_text("utf-8"))
    return read


class PrivateLinkScopesArgs(LabelledArgs):
    """Arguments of the scopes."""

    location: str
    """The Azure region of the private endpoints, `uksouth` or `ukwest`."""
    workload: str
    """The purpose, such as `platform`."""
    resource_group_name: pulumi.Input[str]
    """The resource group of the scopes."""
    workspace_id: pulumi.Input[str]
    """The Log Analytics workspace in the scope."""
    subnet_id: pulumi.Input[str]
    """The private endpoint subnet, with at least sixteen free addresses."""
    data_collection_endpoint_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """The data collection endpoints in the scope, keyed by a short name."""
    virtual_network_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Networks to link to the created zones, keyed by a short name."""
    private_zone_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Private DNS zone ids by name; a zone that is missing is created."""
    query_access: NotRequired[str]
    """The query access mode: `Open`, or `PrivateOnly` for queries from connected networks only. `Open` by
    default, so that logs are available during a network outage."""
    ingestion_access: NotRequired[str]
    """The ingestion access mode: `PrivateOnly`, or `Open` if machines also send to workspaces outside the scope;
    `PrivateOnly` by default."""
    arc: NotRequired[bool]
    """Whether there is a scope for Azure Arc; true by default."""


class PrivateLinkScopes(Component):
    """The scopes, their resources, private endpoints and DNS zones."""

    monitor_scope_id: pulumi.Output[str]
    """The Azure Monitor scope's ARM id."""
    arc_scope_id: pulumi.Output[str]
    """The Azure Arc scope's ARM id; empty without one. It depends on the private endpoint."""
    zone_ids: pulumi.Output[dict[str, str]]
    """The ARM ids of the private DNS zones in use, by name."""

    def __init__(self, name: str, args: PrivateLinkScopesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        wrong = [
            f"{key} is {args[key]!r}; use {' or '.join(_MODES)}"
            for key in ("query_access", "ingestion_access")
            if key in args and args[key] not in _MODES
        ]
        if wrong:
            raise ValueError(f"PrivateLinkScopes {name!r}: " + "; ".join(wrong))
        self._zones: dict[str, pulumi.Input[str]] = {}
        scope = self._monitor_scope(name, args)
        self._endpoint(name, args, _MONITOR, scope)
        self.monitor_scope_id = scope.id
        self.arc_scope_id = pulumi.Output.from_input("")
        if args.get("arc", True):
            arc = hybridcompute.PrivateLinkScope(
                f"{name}-arc",
                scope_name=naming.name("arc_private_link_scope", args["workload"], args["label"], args["location"]),
                resource_group_name=args["resource_group_name"],
                location=args["location"],
                properties=hybridcompute.HybridComputePrivateLinkScopePropertiesArgs(public_network_access="Disabled"),
                tags=naming.tags(args["label"]),
                opts=self.child(),
            )
            records = self._endpoint(name, args, _ARC, arc)
            self.arc_scope_id = pulumi.Output.all(arc.id, records.urn).apply(lambda known: str(known[0]))
        self.zone_ids = pulumi.Output.all(**self._zones)
        self.finish()

    def _monitor_scope(self, name: str, args: PrivateLinkScopesArgs) -> monitor.PrivateLinkScope:
        """The Azure Monitor scope, with the workspace and the data collection endpoints in it."""
        title = naming.name("monitor_private_link_scope", args["workload"], args["label"], args["location"])
        scope = monitor.PrivateLinkScope(
            f"{name}-monitor",
            scope_name=title,
            resource_group_name=args["resource_group_name"],
            location="global",
            access_mode_settings=monitor.AccessModeSettingsArgs(
                query_access_mode=args.get("query_access", "Open"),
                ingestion_access_mode=args.get("ingestion_access", "PrivateOnly"),
            ),
            tags=naming.tags(args["label"]),
            opts=self.child(),
        )
        inside = {"workspace": args["workspace_id"], **args.get("data_collection_endpoint_ids", {})}
        previous: list[pulumi.Resource] = []
        for short, linked in inside.items():
            resource = monitor.PrivateLinkScopedResource(
                f"{name}-monitor-{short}",
                name=short,
                scope_name=after(title, scope),
                resource_group_name=args["resource_group_name"],
                kind="Resource",
                linked_resource_id=linked,
                # Azure accepts one change of the scope at a time.
                opts=self.child(depends_on=previous),
            )
            previous = [resource]
        return scope

    def _endpoint(
        self, name: str, args: PrivateLinkScopesArgs, part: str, scope: pulumi.CustomResource
    ) -> pulumi.Resource:
        """The private endpoint of a scope, with records in its zones."""
        here = {zone_key(zone): self._zone(name, args, zone) for zone in zones()[part]}
        return private_endpoint(self, f"{name}-{part}", args, scope, part, here)

    def _zone(self, name: str, args: PrivateLinkScopesArgs, zone_name: str) -> pulumi.Input[str]:
        """The existing zone, or a new one that is linked to the networks."""
        given = args.get("private_zone_ids", {}).get(zone_name)
        made = linked_zone(self, f"{name}-{zone_name}", args, zone_name).id if given is None else given
        self._zones[zone_name] = made
        return made
