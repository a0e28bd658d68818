"""An Azure Monitor workspace with its data collection endpoint and rule."""

from typing import NotRequired

import pulumi
from pulumi_azure_native import monitor

from bluelamp.modules import naming
from bluelamp.modules.component import Component
from bluelamp.modules.shared_arguments import ResourceGroupScopedArgs

_STREAM = "Microsoft-PrometheusMetrics"
_VERSION = "2023-04-24"  # of the ingestion API, from Microsoft's page on remote write
_DESTINATION = "metrics"


class MetricsWorkspaceArgs(ResourceGroupScopedArgs):
    """Arguments of a metrics workspace."""

    workload: str
    """The monitored workload, such as `clusters`."""
    public_access: NotRequired[bool]
    """Whether ingestion and queries over public networks are allowed; false by default, which needs a private
    link scope."""


class MetricsWorkspace(Component):
    """An Azure Monitor workspace with its own endpoint and rule."""

    id: pulumi.Output[str]
    """The workspace's ARM id."""
    endpoint_id: pulumi.Output[str]
    """The data collection endpoint's ARM id, for a private link scope."""
    rule_id: pulumi.Output[str]
    """The data collection rule's ARM id, on which senders need the role Monitoring Metrics Publisher."""
    write_url: pulumi.Output[str]
    """The Prometheus remote-write URL."""

    def __init__(self, name: str, args: MetricsWorkspaceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        access = "Enabled" if args.get("public_access", False) else "Disabled"
        where = (args["workload"], args["label"], args["location"])
        here = {
            "resource_group_name": args["resource_group_name"],
            "location": args["location"],
            "tags": naming.tags(args["label"]),
        }
        workspace = monitor.AzureMonitorWorkspace(
            f"{name}-workspace",
            azure_monitor_workspace_name=naming.name("monitor_workspace", *where),
            public_network_access=access,
            **here,
            opts=self.child(),
        )
        endpoint = monitor.DataCollectionEndpoint(
            f"{name}-endpoint",
            data_collection_endpoint_name=naming.name("data_collection_endpoint", f"{where[0]}-metrics", *where[1:]),
            network_acls=monitor.DataCollectionEndpointNetworkAclsArgs(public_network_access=access),
            **here,
            opts=self.child(),
        )
        rule = monitor.DataCollectionRule(
            f"{name}-rule",
            data_collection_rule_name=naming.name("data_collection_rule", f"{where[0]}-metrics", *where[1:]),
            description="Prometheus metrics of clusters.",
            data_collection_endpoint_id=endpoint.id,
            data_sources=monitor.DataCollectionRuleDataSourcesArgs(
                prometheus_forwarder=[monitor.PrometheusForwarderDataSourceArgs(name="prometheus", streams=[_STREAM])]
            ),
            destinations=monitor.DataCollectionRuleDestinationsArgs(
                monitoring_accounts=[
                    monitor.MonitoringAccountDestinationArgs(name=_DESTINATION, account_resource_id=workspace.id)
                ]
            ),
            data_flows=[monitor.DataFlowArgs(streams=[_STREAM], destinations=[_DESTINATION])],
            **here,
            opts=self.child(),
        )
        self.id = workspace.id
        self.endpoint_id = endpoint.id
        self.rule_id = rule.id
        base = endpoint.metrics_ingestion.apply(lambda found: str(found.endpoint) if found and found.endpoint else "")
        self.write_url = pulumi.Output.concat(
            base, "/dataCollectionRules/", rule.immutable_id, f"/streams/{_STREAM}/api/v1/write?api-version={_VERSION}"
        )
        self.finish()
