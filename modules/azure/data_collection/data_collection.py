"""A data collection endpoint, its rules, and their associations with machines."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NotRequired

import pulumi
import yaml
from pulumi_azure_native import monitor, operationsmanagement

from bluelamp.core.suggestions import did_you_mean
from bluelamp.modules import naming
from bluelamp.modules.component import Component
from bluelamp.modules.shared_arguments import LabelledArgs

_WORKSPACE = "workspace"
_SOLUTION_OF_OTHERS = "SecurityInsights"  # Microsoft Sentinel's solution, which the `sentinel` module creates


class DataCollectionArgs(LabelledArgs):
    """Arguments of data collection."""

    location: str
    """The Azure region, `uksouth` or `ukwest`: the workspace's region."""
    workload: str
    """The monitored workload, such as `machines`."""
    resource_group_name: pulumi.Input[str]
    """The resource group of these resources and of the workspace."""
    workspace_id: pulumi.Input[str]
    """The Log Analytics workspace that receives the data."""
    workspace_name: pulumi.Input[str]
    """That workspace's name."""
    machine_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """ARM ids of virtual machines and Arc-enabled servers, keyed by a short name."""
    rules: NotRequired[list[str]]
    """The kinds of data: `performance`, `windows-events`, `windows-security` (which needs Microsoft Sentinel),
    `syslog`, `change-tracking`; all but `windows-security` by default."""
    public_access: NotRequired[bool]
    """Whether agents may send data over public networks; false by default, which needs a private link scope."""


class DataCollection(Component):
    """A data collection endpoint with its rules, and an association for each machine."""

    endpoint_id: pulumi.Output[str]
    """The endpoint's ARM id, for a private link scope."""
    rule_ids: pulumi.Output[dict[str, str]]
    """The rules' ARM ids by kind of data, for policy assignments."""

    def __init__(self, name: str, args: DataCollectionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        wanted = args.get("rules", [key for key in _rules() if _rules()[key].get("solution") != _SOLUTION_OF_OTHERS])
        unknown = [_unknown(key) for key in wanted if key not in _rules()]
        if unknown or not wanted:
            raise ValueError(f"DataCollection {name!r}: rules: " + ("; ".join(unknown) or "name at least one"))
        endpoint = monitor.DataCollectionEndpoint(
            f"{name}-endpoint",
            data_collection_endpoint_name=naming.name(
                "data_collection_endpoint", args["workload"], args["label"], args["location"]
            ),
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            network_acls=monitor.DataCollectionEndpointNetworkAclsArgs(
                public_network_access="Enabled" if args.get("public_access", False) else "Disabled"
            ),
            tags=naming.tags(args["label"]),
            opts=self.child(),
        )
        rules = {key: self._rule(name, args, key, _rules()[key], endpoint) for key in wanted}
        for short, machine in args.get("machine_ids", {}).items():
            self._associate(name, short, machine, endpoint, rules)
        self.endpoint_id = endpoint.id
        self.rule_ids = pulumi.Output.all(**{key: rule.id for key, rule in rules.items()})
        self.finish()

    def _rule(
        self,
        name: str,
        args: DataCollectionArgs,
        key: str,
        content: Mapping[str, Any],
        endpoint: monitor.DataCollectionEndpoint,
    ) -> monitor.DataCollectionRule:
        solution = content.get("solution")
        own = solution if solution != _SOLUTION_OF_OTHERS else None
        needed = [self._solution(name, args, own)] if own else []
        return monitor.DataCollectionRule(
            f"{name}-{key}",
            data_collection_rule_name=naming.name(
                "data_collection_rule", f"{args['workload']}-{key}", args["label"], args["location"]
            ),
            description=content["description"],
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            kind=content.get("kind"),
            data_collection_endpoint_id=endpoint.id,
            data_sources=content["sources"],
            destinations=monitor.DataCollectionRuleDestinationsArgs(
                log_analytics=[
                    monitor.LogAnalyticsDestinationArgs(name=_WORKSPACE, workspace_resource_id=args["workspace_id"])
                ]
            ),
            data_flows=[monitor.DataFlowArgs(streams=content["streams"], destinations=[_WORKSPACE])],
            tags=naming.tags(args["label"]),
            opts=self.child(depends_on=needed),
        )

    def _solution(self, name: str, args: DataCollectionArgs, solution: str) -> operationsmanagement.Solution:
        """The tables and queries that a stream needs in the workspace."""
        solution_name = pulumi.Output.concat(solution, "(", args["workspace_name"], ")")
        return operationsmanagement.Solution(
            f"{name}-{solution}",
            solution_name=solution_name,
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            plan=operationsmanagement.SolutionPlanArgs(
                name=solution_name, publisher="Microsoft", product=f"OMSGallery/{solution}", promotion_code=""
            ),
            properties=operationsmanagement.SolutionPropertiesArgs(workspace_resource_id=args["workspace_id"]),
            tags=naming.tags(args["label"]),
            opts=self.child(),
        )

    def _associate(
        self,
        name: str,
        short: str,
        machine: pulumi.Input[str],
        endpoint: monitor.DataCollectionEndpoint,
        rules: Mapping[str, monitor.DataCollectionRule],
    ) -> None:
        monitor.DataCollectionRuleAssociation(
            f"{name}-{short}-endpoint",
            association_name="configurationAccessEndpoint",  # the only name that Azure accepts for an endpoint
            resource_uri=machine,
            data_collection_endpoint_id=endpoint.id,
            opts=self.child(),
        )
        for key, rule in rules.items():
            monitor.DataCollectionRuleAssociation(
                f"{name}-{short}-{key}",
                association_name=key,
                resource_uri=machine,
                data_collection_rule_id=rule.id,
                opts=self.child(),
            )


@cache
def _rules() -> dict[str, dict[str, Any]]:
    read: dict[str, dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("rules.yaml").read_text("utf-8"))
    return read


def _unknown(key: str) -> str:
    return f"{key} is not one of {', '.join(_rules())}" + did_you_mean(key, _rules(), before="; ")
