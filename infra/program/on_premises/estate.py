"""Creates the on-premises half of a force's estate from its settings."""

from collections.abc import Mapping
from typing import Final

import pulumi
import pulumi_kubernetes as kubernetes

from bluelamp.infra.program.workload_access import ClusterAccess, LakeAccess
from bluelamp.infra.settings.cluster import Cluster
from bluelamp.infra.settings.model import Force
from bluelamp.infra.settings.on_premises import OnPremises
from bluelamp.infra.settings.on_premises import Tenant as TenantSettings
from bluelamp.modules.kubernetes.tenant import Tenant, TenantArgs, TenantEgress, TenantGroups
from bluelamp.modules.naming import Label

SIGN_IN: Final = "login.microsoftonline.com"
"""The host of Entra ID's token endpoint, which has no private endpoint and no address range of its own."""


def on_premises_estate(
    force: Force,
    estate: OnPremises,
    label: Label,
    access: Mapping[str, ClusterAccess],
    lakes: Mapping[tuple[str, str], LakeAccess],
    documents: Mapping[str, str],
) -> dict[str, pulumi.Output[str]]:
    """Creates the clusters with their platform and tenants, and returns the namespaces by `cluster/tenant`.

    `access` has the clusters whose workloads sign in to Azure, by name; `lakes` has the jobs that use the data lake, by
    tenant and job; `documents` is the compiled access policy, by file name.
    """
    if force.has("clusters"):
        from bluelamp.infra.program.on_premises.clusters import clusters as make_clusters

        make_clusters(force, estate, label)
    used = {each.name for each in estate.clusters} if force.has("platform") else _used(force, estate)
    providers = {each.name: _provider(each, label) for each in estate.clusters if each.name in used}
    if force.has("platform"):
        from bluelamp.infra.program.on_premises.platform import platform

        for cluster in estate.clusters:
            opts = pulumi.ResourceOptions(providers=[providers[cluster.name]])
            platform(estate, cluster, force.level("platform"), label, opts, access.get(cluster.name))
    namespaces: dict[str, pulumi.Output[str]] = {}
    for tenant in estate.tenants:
        cluster = estate.cluster(tenant.cluster)
        tenant_component = Tenant(
            f"{cluster.name}-{tenant.name}",
            _arguments(tenant, cluster, label, lakes),
            pulumi.ResourceOptions(providers=[providers[cluster.name]]),
        )
        namespaces[f"{cluster.name}/{tenant.name}"] = tenant_component.namespace
        _jobs(force, tenant, cluster, tenant_component, label, providers[cluster.name], lakes, documents)
    if estate.datahub and force.has("dataCatalogue"):
        from bluelamp.infra.program.on_premises.datahub import datahub

        name = estate.cluster(estate.datahub.cluster).name
        opts = pulumi.ResourceOptions(providers=[providers[name]])
        host = f"catalogue.{name}.{estate.domain}"
        namespaces[f"{name}/datahub"] = datahub(estate.datahub, host, label, opts)
    return namespaces


def _used(force: Force, estate: OnPremises) -> set[str]:
    """The names of the clusters that run tenants or DataHub."""
    used = {estate.cluster(tenant.cluster).name for tenant in estate.tenants}
    if estate.datahub and force.has("dataCatalogue"):
        used.add(estate.cluster(estate.datahub.cluster).name)
    return used


def _jobs(
    force: Force,
    tenant: TenantSettings,
    cluster: Cluster,
    home: Tenant,
    label: Label,
    provider: kubernetes.Provider,
    lakes: Mapping[tuple[str, str], LakeAccess],
    documents: Mapping[str, str],
) -> None:
    if not tenant.jobs:
        return
    from bluelamp.modules.data.job import ScheduledJob, ScheduledJobArgs

    for job in tenant.jobs:
        args = ScheduledJobArgs(
            label=_owned(label, tenant),
            namespace=home.namespace,
            job=job.name,
            image=job.image,
            schedule=job.schedule,
            arguments=list(job.arguments),
            cpu=job.cpu,
            memory=job.memory,
            deadline_minutes=job.deadline_minutes,
        )
        if lake := lakes.get((tenant.name, job.name)):
            args["identity"] = {"client_id": lake.client_id, "tenant_id": lake.tenant_id}
            args["env"] = {"BLUELAMP_LAKE": lake.endpoint}
            if lake.access_policy:
                args["files"] = dict(documents)
        name = f"{cluster.name}-{tenant.name}-{job.name}"
        job_component = ScheduledJob(name, args, pulumi.ResourceOptions(providers=[provider]))
        if job.lake is not None and lake is None:
            waiting = "workloadIdentity" if force.has("dataLake") else "dataLake"
            pulumi.log.info(
                f"{name}: its lake waits for a profile with {waiting}; until then it has no identity", job_component
            )


def _provider(cluster: Cluster, label: Label) -> kubernetes.Provider:
    """The cluster's provider. Its identifier is fixed, so that a new kubeconfig does not replace resources."""
    return kubernetes.Provider(
        f"kubernetes-{cluster.name}",
        context=cluster.context,
        cluster_identifier=f"{label['force']}-{cluster.name}",
    )


def _arguments(
    tenant: TenantSettings, cluster: Cluster, label: Label, lakes: Mapping[tuple[str, str], LakeAccess]
) -> TenantArgs:
    args = TenantArgs(
        label=_owned(label, tenant),
        namespace=tenant.name,
        quota={"cpu": tenant.quota.cpu, "memory": tenant.quota.memory, "pods": tenant.quota.pods},
        groups=_groups(tenant),
        pod_security=tenant.pod_security,
    )
    ways: list[TenantEgress] = []
    for job in tenant.jobs:
        if lake := lakes.get((tenant.name, job.name)):
            ways.append(TenantEgress(name=f"{job.name}-lake", cidr=lake.cidr, ports=[443], program=job.name))
            ways.append(TenantEgress(name=f"{job.name}-sign-in", hosts=[SIGN_IN], ports=[443], program=job.name))
    if ways:
        args["egress"] = ways
    if cluster.version:
        args["pod_security_version"] = "v" + ".".join(cluster.version.split(".")[:2])
    return args


def _owned(label: Label, tenant: TenantSettings) -> Label:
    """The force's label, with the tenant's own owner if it has one."""
    own = label.copy()
    if tenant.owner:
        own["business_owner"] = tenant.owner.role
        own["tags"] = {**label.get("tags", {}), "owner-contact": tenant.owner.email}
    return own


def _groups(tenant: TenantSettings) -> TenantGroups:
    groups = TenantGroups()
    if tenant.groups.admin:
        groups["admin"] = tenant.groups.admin
    if tenant.groups.edit:
        groups["edit"] = tenant.groups.edit
    if tenant.groups.view:
        groups["view"] = tenant.groups.view
    return groups
