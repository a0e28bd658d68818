"""The lifecycle of the force's own clusters, managed by Cluster API on a management cluster."""

import pulumi
import pulumi_kubernetes as kubernetes

from bluelamp.infra.program.workload_access import issuer_of
from bluelamp.infra.settings.cluster import Cluster as ClusterSettings
from bluelamp.infra.settings.cluster import Vsphere
from bluelamp.infra.settings.model import Force
from bluelamp.infra.settings.on_premises import OnPremises
from bluelamp.modules.kubernetes.cluster import Cluster, ClusterArgs, WorkerPool
from bluelamp.modules.kubernetes.cluster_class import ClusterClass, ClusterClassArgs
from bluelamp.modules.kubernetes.tenant import Tenant
from bluelamp.modules.kubernetes.vsphere_sites import VsphereSites
from bluelamp.modules.naming import Label

NAMESPACE = "clusters"
_VSPHERE = "vsphere"
_CREDENTIALS = "vsphere-credentials"  # the name of a secret, which External Secrets brings


def clusters(force: Force, estate: OnPremises, label: Label) -> None:
    """Creates every cluster with an `infrastructure`, in the namespace `clusters` of the management cluster."""
    wanted = [cluster for cluster in estate.clusters if cluster.infrastructure]
    if not wanted:
        return
    provider = kubernetes.Provider(
        "kubernetes-management",
        context=estate.management_context,
        cluster_identifier=f"{label['force']}-management",
    )
    opts = pulumi.ResourceOptions(providers=[provider])
    home = Tenant("management-clusters", {"label": label, "namespace": NAMESPACE}, opts)
    after = pulumi.ResourceOptions(providers=[provider], depends_on=[home])
    if estate.vsphere:
        _sites(estate.vsphere, label, after)
    for cluster in wanted:
        cluster_class = ClusterClass(cluster.name, _class(estate, cluster, label), after)
        Cluster(cluster.name, _cluster(force, cluster, label, cluster_class), after)


def _sites(vsphere: Vsphere, label: Label, opts: pulumi.ResourceOptions) -> None:
    VsphereSites(
        _VSPHERE,
        {
            "label": label,
            "server": vsphere.server,
            "identity_secret": _CREDENTIALS,
            "sites": {
                site.name: {
                    "datacenter": site.datacenter,
                    "compute_cluster": site.cluster,
                    "datastore": site.datastore,
                    "networks": [site.network],
                }
                for site in vsphere.sites
            },
        },
        opts,
    )


def _class(estate: OnPremises, cluster: ClusterSettings, label: Label) -> ClusterClassArgs:
    args = ClusterClassArgs(
        label=label,
        namespace=NAMESPACE,
        infrastructure=str(cluster.infrastructure),
        distribution=cluster.distribution,
    )
    vsphere = estate.vsphere
    if cluster.infrastructure == "vsphere" and vsphere:
        named = {site.name: site for site in vsphere.sites}
        where = named.get(cluster.site or "", vsphere.sites[0])
        args["vsphere"] = {
            "server": vsphere.server,
            "identity": _VSPHERE,
            "datacenter": where.datacenter,
            "template": vsphere.template,
            "network": where.network,
        }
        if vsphere.thumbprint:
            args["vsphere"]["thumbprint"] = vsphere.thumbprint
        if vsphere.folder:
            args["vsphere"]["folder"] = vsphere.folder
        if vsphere.storage_policy:
            args["vsphere"]["storage_policy"] = vsphere.storage_policy
    if cluster.metal3:
        args["metal3"] = {
            "cluster": cluster.name,
            "image_url": cluster.metal3.image_url,
            "image_checksum": cluster.metal3.image_checksum,
        }
    if estate.registry:
        args["registry"] = estate.registry
    return args


def _cluster(force: Force, cluster: ClusterSettings, label: Label, cluster_class: ClusterClass) -> ClusterArgs:
    pools: dict[str, WorkerPool] = {}
    for workers in cluster.workers:
        pools[workers.name] = WorkerPool(replicas=workers.replicas)
        if workers.failure_domain:
            pools[workers.name]["failure_domain"] = workers.failure_domain
    args = ClusterArgs(
        label=label,
        namespace=NAMESPACE,
        class_name=cluster_class.class_name,
        version=f"v{cluster.version}" + ("+rke2r1" if cluster.distribution == "rke2" else ""),
        endpoint=str(cluster.endpoint),
        tier=cluster.tier,
        control_plane_replicas=cluster.control_plane,
        workers=pools,
    )
    if issuer := issuer_of(force, label, cluster.name):
        args["service_account_issuer"] = issuer
    return args
