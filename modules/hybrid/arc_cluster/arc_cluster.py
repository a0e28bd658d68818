"""An on-premises cluster, connected to Azure Arc."""

import pulumi
from pulumi_azure_native import kubernetes, monitor
from pulumi_azure_native import kubernetesconfiguration as configuration

from bluelamp.modules import naming
from bluelamp.modules.component import Component, after
from bluelamp.modules.hybrid.arc_cluster.arguments import ArcClusterArgs, ArcExtension, ArcFlux, catalogue, problems

_AUDIT_LOG = "/var/log/kube-apiserver/audit.log"
_KIND = {"cluster_rp": "Microsoft.Kubernetes", "cluster_resource_name": "connectedClusters"}


class ArcCluster(Component):
    """A connected cluster with its extensions and an optional GitOps configuration."""

    id: pulumi.Output[str]
    """The connected cluster's ARM id."""
    name: pulumi.Output[str]
    """The connected cluster's name, known before it exists."""
    principal_id: pulumi.Output[str]
    """The object id of the cluster's managed identity."""
    extension_ids: pulumi.Output[dict[str, str]]
    """The extensions' ARM ids by their names: `flux`, `logs`, `policy`, `defender`, `secrets`."""
    agent_values: pulumi.Output[dict[str, str]]
    """Values of the Arc agents' chart, except the private key (`global.onboardingPrivateKey`)."""

    def __init__(self, name: str, args: ArcClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        wrong = problems(args)
        if wrong:
            raise ValueError(f"ArcCluster {name!r}: " + "; ".join(wrong))
        cluster_name = naming.name("arc_cluster", args["workload"], args["label"], args["location"])
        cluster = self._cluster(name, args, cluster_name)
        self.name = after(cluster_name, cluster)
        changes = args.get("extensions", {})
        made = {
            key: self._extension(name, args, key, changes.get(key, {}))
            for key in catalogue()
            if changes.get(key, {}).get("enabled", True)
        }
        if "logs" in made:
            self._container_logs(name, args, cluster)
        if "flux" in args:
            self._flux(name, args, args["flux"], made["flux"])
        self.id = cluster.id
        self.principal_id = cluster.identity.principal_id
        self.extension_ids = pulumi.Output.all(**{key: extension.id for key, extension in made.items()})
        self.agent_values = pulumi.Output.all(
            **{
                "global.resourceName": cluster_name,
                "global.resourceGroupName": args["resource_group_name"],
                "global.location": args["location"],
                "global.kubernetesDistro": args.get("distribution", "generic"),
                "global.kubernetesInfra": args.get("infrastructure", "generic"),
                "global.subscriptionId": cluster.id.apply(lambda found: str(found).split("/")[2]),
                "global.enablePrivateLink": str("private_link_scope_id" in args).lower(),
            }
        )
        self.finish()

    def _cluster(self, name: str, args: ArcClusterArgs, cluster_name: str) -> kubernetes.ConnectedCluster:
        scope = args.get("private_link_scope_id")
        admins = args.get("admin_group_ids")
        return kubernetes.ConnectedCluster(
            f"{name}-cluster",
            cluster_name=cluster_name,
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            identity=kubernetes.ConnectedClusterIdentityArgs(type="SystemAssigned"),
            agent_public_key_certificate=args["agent_certificate"],
            distribution=args.get("distribution", "generic"),
            infrastructure=args.get("infrastructure", "generic"),
            aad_profile=kubernetes.AadProfileArgs(
                tenant_id=args["tenant_id"], admin_group_object_ids=admins, enable_azure_rbac=True
            )
            if admins
            else None,
            arc_agent_profile=kubernetes.ArcAgentProfileArgs(agent_auto_upgrade="Enabled"),
            private_link_state="Enabled" if scope is not None else "Disabled",
            private_link_scope_resource_id=scope,
            tags=naming.tags(args["label"]),
            opts=self.child(protect=args.get("protect", False)),
        )

    def _extension(self, name: str, args: ArcClusterArgs, key: str, changed: ArcExtension) -> configuration.Extension:
        facts = catalogue()[key]
        fill = {"{workspace}": args["workspace_id"], "{audit_log}": args.get("audit_log", _AUDIT_LOG)}
        usual = {setting: fill.get(value, value) for setting, value in facts["settings"].items()}
        version = changed.get("version")
        return configuration.Extension(
            f"{name}-{key}",
            extension_name=facts["name"],
            extension_type=facts["type"],
            cluster_name=self.name,
            resource_group_name=args["resource_group_name"],
            **_KIND,
            identity=configuration.IdentityArgs(type="SystemAssigned"),
            scope=configuration.ScopeArgs(cluster=configuration.ScopeClusterArgs(release_namespace=facts["namespace"])),
            auto_upgrade_minor_version=version is None,
            release_train=None if version else "Stable",
            version=version,
            configuration_settings={**usual, **changed.get("settings", {})},
            opts=self.child(),
        )

    def _container_logs(self, name: str, args: ArcClusterArgs, cluster: kubernetes.ConnectedCluster) -> None:
        """The data collection rule for container logs; without a rule, the agents send nothing."""
        rule = monitor.DataCollectionRule(
            f"{name}-logs-rule",
            data_collection_rule_name=naming.name(
                "data_collection_rule", f"{args['workload']}-containers", args["label"], args["location"]
            ),
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            kind="Linux",
            description="Logs of containers and events of the cluster.",
            data_sources=monitor.DataCollectionRuleDataSourcesArgs(
                extensions=[
                    monitor.ExtensionDataSourceArgs(
                        name="ContainerInsightsExtension",
                        extension_name="ContainerInsights",
                        streams=["Microsoft-ContainerInsights-Group-Default"],
                        extension_settings={
                            "dataCollectionSettings": {
                                "interval": "1m",
                                "namespaceFilteringMode": "Off",
                                "enableContainerLogV2": True,
                            }
                        },
                    )
                ]
            ),
            destinations=monitor.DataCollectionRuleDestinationsArgs(
                log_analytics=[
                    monitor.LogAnalyticsDestinationArgs(name="workspace", workspace_resource_id=args["workspace_id"])
                ]
            ),
            data_flows=[
                monitor.DataFlowArgs(streams=["Microsoft-ContainerInsights-Group-Default"], destinations=["workspace"])
            ],
            tags=naming.tags(args["label"]),
            opts=self.child(),
        )
        monitor.DataCollectionRuleAssociation(
            f"{name}-logs-association",
            association_name="ContainerInsightsExtension",
            data_collection_rule_id=rule.id,
            resource_uri=cluster.id,
            opts=self.child(),
        )

    def _flux(self, name: str, args: ArcClusterArgs, flux: ArcFlux, extension: configuration.Extension) -> None:
        pinned = {key: flux[key] for key in ("branch", "tag", "commit") if key in flux} or {"branch": "main"}
        interval = flux.get("interval_seconds", 300)
        key = flux.get("ssh_private_key")
        configuration.FluxConfiguration(
            f"{name}-repository",
            flux_configuration_name="cluster",
            cluster_name=self.name,
            resource_group_name=args["resource_group_name"],
            **_KIND,
            namespace="flux-system",
            scope="cluster",
            source_kind="GitRepository",
            suspend=False,
            git_repository=configuration.GitRepositoryDefinitionArgs(
                url=flux["url"],
                repository_ref=configuration.RepositoryRefDefinitionArgs(**pinned),
                ssh_known_hosts=flux.get("known_hosts"),
                local_auth_ref=flux.get("secret_name"),
                sync_interval_in_seconds=interval,
                timeout_in_seconds=600,
            ),
            configuration_protected_settings={"sshPrivateKey": pulumi.Output.secret(key)} if key else None,
            kustomizations={
                part: configuration.KustomizationDefinitionArgs(
                    path=wanted.get("path", ""),
                    depends_on=wanted.get("depends_on", []),
                    prune=wanted.get("prune", True),
                    force=False,
                    sync_interval_in_seconds=interval,
                    timeout_in_seconds=600,
                )
                for part, wanted in (flux.get("kustomizations") or {"cluster": {}}).items()
            },
            opts=self.child(depends_on=[extension]),
        )
