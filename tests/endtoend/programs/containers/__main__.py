"""Containers in a second subscription: a registry, apps and jobs, a cluster and the identity that its pods use."""

import base64
import json

import pulumi
from pulumi_azure_native import (
    Provider,
    app,
    containerinstance,
    containerregistry,
    containerservice,
    managedidentity,
    network,
    operationalinsights,
    resources,
)
from pulumi_tls import PrivateKey

config = pulumi.Config()
second = Provider("second", subscription_id=config.require("subscription"), location="ukwest")


class ContainerPlatform(pulumi.ComponentResource):
    """A registry and an environment for container apps, logging to one workspace."""

    def __init__(self, name, group, opts=None):
        super().__init__("example:containers:Platform", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.registry = containerregistry.Registry(
            f"{name}registry",
            resource_group_name=group.name,
            sku=containerregistry.SkuArgs(name="Premium"),
            admin_user_enabled=True,
            opts=child,
        )
        self.logs = operationalinsights.Workspace(
            f"{name}-logs",
            resource_group_name=group.name,
            retention_in_days=30,
            sku=operationalinsights.WorkspaceSkuArgs(name="PerGB2018"),
            opts=child,
        )
        keys = operationalinsights.get_shared_keys_output(
            resource_group_name=group.name,
            workspace_name=self.logs.name,
            opts=pulumi.InvokeOutputOptions(parent=self),
        )
        self.environment = app.ManagedEnvironment(
            f"{name}-env",
            resource_group_name=group.name,
            app_logs_configuration=app.AppLogsConfigurationArgs(
                destination="log-analytics",
                log_analytics_configuration=app.LogAnalyticsConfigurationArgs(
                    customer_id=self.logs.customer_id, shared_key=keys.primary_shared_key
                ),
            ),
            opts=child,
        )
        self.register_outputs({"environment": self.environment.id})


group = resources.ResourceGroup("containers", opts=pulumi.ResourceOptions(provider=second))
platform = ContainerPlatform("platform", group, pulumi.ResourceOptions(providers=[second]))
there = pulumi.ResourceOptions(provider=second)

credentials = containerregistry.list_registry_credentials_output(
    resource_group_name=group.name,
    registry_name=platform.registry.name,
    opts=pulumi.InvokeOutputOptions(provider=second),
)
hello = app.ContainerApp(
    "hello",
    resource_group_name=group.name,
    managed_environment_id=platform.environment.id,
    configuration=app.ConfigurationArgs(
        active_revisions_mode=app.ActiveRevisionsMode.MULTIPLE,
        ingress=app.IngressArgs(
            external=True,
            target_port=8080,
            traffic=[app.TrafficWeightArgs(latest_revision=True, weight=100)],
        ),
        registries=[
            app.RegistryCredentialsArgs(
                server=platform.registry.login_server,
                username=credentials.username,
                password_secret_ref="registry",
            )
        ],
        secrets=[app.SecretArgs(name="registry", value=credentials.passwords[0].value)],
    ),
    template=app.TemplateArgs(
        containers=[
            app.ContainerArgs(
                name="hello",
                image=pulumi.Output.concat(platform.registry.login_server, "/hello:1.4.2"),
                resources=app.ContainerResourcesArgs(cpu=0.5, memory="1Gi"),
            )
        ],
        scale=app.ScaleArgs(
            min_replicas=0,
            max_replicas=5,
            rules=[app.ScaleRuleArgs(name="http", http=app.HttpScaleRuleArgs(metadata={"concurrentRequests": "50"}))],
        ),
    ),
    opts=there,
)
cleaner = app.Job(
    "cleaner",
    resource_group_name=group.name,
    environment_id=platform.environment.id,
    configuration={
        "trigger_type": "Schedule",
        "replica_timeout": 300,
        "schedule_trigger_config": {"cron_expression": "0 3 * * *", "parallelism": 1, "replica_completion_count": 1},
    },
    template={"containers": [{"name": "cleaner", "image": "mcr.microsoft.com/k8se/quickstart-jobs:latest"}]},
    opts=there,
)
sidecar = containerinstance.ContainerGroup(
    "batch",
    resource_group_name=group.name,
    os_type=containerinstance.OperatingSystemTypes.LINUX,
    restart_policy="OnFailure",
    containers=[
        containerinstance.ContainerArgs(
            name="worker",
            image="mcr.microsoft.com/azuredocs/aci-wordcount:latest",
            resources=containerinstance.ResourceRequirementsArgs(
                requests=containerinstance.ResourceRequestsArgs(cpu=1, memory_in_gb=1.5)
            ),
            environment_variables=[containerinstance.EnvironmentVariableArgs(name="MinLength", value="8")],
        )
    ],
    opts=there,
)

vnet = network.VirtualNetwork(
    "nodes",
    resource_group_name=group.name,
    address_space={"address_prefixes": ["192.168.0.0/16"]},
    opts=there,
)
subnet = network.Subnet(
    "pool",
    resource_group_name=group.name,
    virtual_network_name=vnet.name,
    address_prefix="192.168.0.0/20",
    opts=there,
)
key = PrivateKey("nodes", algorithm="RSA", rsa_bits=4096)
cluster = containerservice.ManagedCluster(
    "cluster",
    resource_group_name=group.name,
    dns_prefix="example",
    kubernetes_version="1.33",
    identity=containerservice.ManagedClusterIdentityArgs(type=containerservice.ResourceIdentityType.SYSTEM_ASSIGNED),
    oidc_issuer_profile={"enabled": True},
    security_profile={"workload_identity": {"enabled": True}},
    linux_profile={
        "admin_username": "operator",
        "ssh": {"public_keys": [{"key_data": key.public_key_openssh}]},
    },
    agent_pool_profiles=[
        containerservice.ManagedClusterAgentPoolProfileArgs(
            name="system",
            mode=containerservice.AgentPoolMode.SYSTEM,
            count=3,
            vm_size="Standard_D4ds_v5",
            os_type="Linux",
            vnet_subnet_id=subnet.id,
        )
    ],
    network_profile=containerservice.ContainerServiceNetworkProfileArgs(
        network_plugin="azure", network_policy="cilium", service_cidr="10.200.0.0/16", dns_service_ip="10.200.0.10"
    ),
    opts=there,
)
containerservice.AgentPool(
    "work",
    resource_group_name=group.name,
    resource_name_=cluster.name,
    agent_pool_name="work",
    mode="User",
    vm_size="Standard_D8ds_v5",
    enable_auto_scaling=True,
    min_count=1,
    max_count=5,
    node_labels={"workload": "batch"},
    vnet_subnet_id=subnet.id,
    opts=there,
)
pods = managedidentity.UserAssignedIdentity("pods", resource_group_name=group.name, opts=there)
managedidentity.FederatedIdentityCredential(
    "pods-token",
    resource_group_name=group.name,
    resource_name_=pods.name,
    issuer=cluster.oidc_issuer_profile.issuer_url,
    subject="system:serviceaccount:work:reader",
    audiences=["api://AzureADTokenExchange"],
    opts=there,
)

kubeconfig = (
    containerservice.list_managed_cluster_user_credentials_output(
        resource_group_name=group.name,
        resource_name=cluster.name,
        opts=pulumi.InvokeOutputOptions(provider=second),
    )
    .kubeconfigs[0]
    .value.apply(lambda encoded: base64.b64decode(encoded).decode())
)

pulumi.export("kubeconfig", pulumi.Output.secret(kubeconfig))
pulumi.export("url", hello.configuration.apply(lambda known: f"https://{known.ingress.fqdn}"))
pulumi.export("node-group", cluster.node_resource_group)
pulumi.export("labels", json.dumps({"cleaner": "nightly"}))
