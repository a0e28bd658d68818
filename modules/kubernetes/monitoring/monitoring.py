"""The configuration of a cluster's monitoring agents."""

import json
from importlib.resources import files
from string import Template
from typing import Any, NotRequired

import pulumi
import pulumi_kubernetes as kubernetes
import yaml

from bluelamp.modules import naming
from bluelamp.modules.component import Component
from bluelamp.modules.kubernetes import traffic
from bluelamp.modules.kubernetes.namespaces import platform_namespace
from bluelamp.modules.kubernetes.owned import identified_account, metadata, named
from bluelamp.modules.shared_arguments import LabelledArgs

_ACCOUNT = "prometheus"


class ClusterMonitoringArgs(LabelledArgs):
    """Arguments of a cluster's monitoring."""

    cluster: str
    """The cluster's name, a label of every metric."""
    metrics_endpoint: pulumi.Input[str]
    """The remote-write URL, `https://….ingest.monitor.azure.com/…/api/v1/write`, of an Azure Monitor workspace's
    data collection rule."""
    tenant_id: pulumi.Input[str]
    """The Entra ID tenant of the identity."""
    client_id: pulumi.Input[str]
    """The client id of the identity with the role Monitoring Metrics Publisher on the rule, federated with
    `subject`."""
    quiet_namespaces: NotRequired[list[str]]
    """Namespaces whose container logs are not collected; none by default."""
    namespace: NotRequired[str]
    """Namespace of Prometheus; `monitoring` by default."""
    create_namespace: NotRequired[bool]
    """Whether to create the namespace; true by default."""


class ClusterMonitoring(Component):
    """The configuration of the agent and of Prometheus, and the service account that sends metrics."""

    namespace: pulumi.Output[str]
    """The namespace of Prometheus, for tenants' network policies."""
    subject: pulumi.Output[str]
    """The subject of the service account's tokens, for the identity's federated credential."""

    def __init__(self, name: str, args: ClusterMonitoringArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        _check(name, args)
        label, own = args["label"], args.get("namespace", "monitoring")
        self.namespace = platform_namespace(
            self,
            name,
            label,
            own,
            create=args.get("create_namespace", True),
            traffic_policies={"allow-scrapes": traffic.allow_out([traffic.pods_of_tenants()])},
        )
        account = identified_account(
            self, f"{name}-account", metadata(label, _ACCOUNT, self.namespace), args["client_id"], args["tenant_id"]
        )
        self.subject = named(f"system:serviceaccount:{own}:{_ACCOUNT}", account)
        kubernetes.core.v1.ConfigMap(
            f"{name}-agent",
            metadata=metadata(label, "container-azm-ms-agentconfig", "kube-system"),
            data={
                "schema-version": "v1",
                "config-version": "bluelamp",
                "log-data-collection-settings": Template(_data("agent.toml")).substitute(
                    quiet=json.dumps(args.get("quiet_namespaces", []))
                ),
            },
            opts=self.child(),
        )
        kubernetes.core.v1.ConfigMap(
            f"{name}-prometheus",
            metadata=metadata(label, "prometheus", self.namespace),
            data={"prometheus.yml": _prometheus(args)},
            opts=self.child(),
        )
        self._reader(name, label, named(_ACCOUNT, account))
        self.finish()

    def _reader(self, name: str, label: naming.Label, account: pulumi.Output[str]) -> None:
        """The permissions that Prometheus needs for service discovery."""
        role = kubernetes.rbac.v1.ClusterRole(
            f"{name}-reader",
            metadata=metadata(label, "bluelamp-prometheus"),
            rules=[
                kubernetes.rbac.v1.PolicyRuleArgs(
                    api_groups=[""], resources=["nodes", "services", "pods"], verbs=["get", "list", "watch"]
                ),
                kubernetes.rbac.v1.PolicyRuleArgs(
                    api_groups=["discovery.k8s.io"], resources=["endpointslices"], verbs=["get", "list", "watch"]
                ),
                kubernetes.rbac.v1.PolicyRuleArgs(api_groups=[""], resources=["nodes/metrics"], verbs=["get"]),
                kubernetes.rbac.v1.PolicyRuleArgs(non_resource_urls=["/metrics"], verbs=["get"]),
            ],
            opts=self.child(),
        )
        kubernetes.rbac.v1.ClusterRoleBinding(
            f"{name}-reads",
            metadata=metadata(label, "bluelamp-prometheus"),
            role_ref=kubernetes.rbac.v1.RoleRefArgs(
                api_group="rbac.authorization.k8s.io", kind="ClusterRole", name=named("bluelamp-prometheus", role)
            ),
            subjects=[kubernetes.rbac.v1.SubjectArgs(kind="ServiceAccount", name=account, namespace=self.namespace)],
            opts=self.child(),
        )


def _prometheus(args: ClusterMonitoringArgs) -> pulumi.Output[str]:
    scrapes = yaml.safe_load(_data("scrapes.yaml"))

    def written(values: dict[str, Any]) -> str:
        content = {
            "global": {
                "scrape_interval": "30s",
                "external_labels": {"cluster": args["cluster"], "force": args["label"]["force"]},
            },
            "scrape_configs": scrapes,
            "remote_write": [
                {
                    "url": values["endpoint"],
                    # The SDK uses the token that the workload identity webhook projects.
                    "azuread": {"cloud": "AzurePublic", "sdk": {"tenant_id": values["tenant"]}},
                }
            ],
        }
        text: str = yaml.safe_dump(content, sort_keys=False)
        return text

    return pulumi.Output.all(endpoint=args["metrics_endpoint"], tenant=args["tenant_id"]).apply(written)


def _data(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")


def _check(name: str, args: ClusterMonitoringArgs) -> None:
    endpoint = args["metrics_endpoint"]
    if isinstance(endpoint, str) and not endpoint.startswith("https://"):
        raise ValueError(f"ClusterMonitoring {name!r}: metrics_endpoint is {endpoint!r}; use an https:// address")
