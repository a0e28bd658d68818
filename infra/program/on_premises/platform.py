"""Platform services of every cluster of the force."""

import pulumi

from bluelamp.infra.program.workload_access import IMMUTABLE_DAYS, ClusterAccess
from bluelamp.infra.settings.cluster import Cluster
from bluelamp.infra.settings.on_premises import OnPremises
from bluelamp.infra.settings.profiles import LEVELS
from bluelamp.modules.kubernetes.admission import ClusterAdmission
from bluelamp.modules.kubernetes.classes import WorkloadClasses
from bluelamp.modules.naming import Label

_CONTROLLERS = ["azure-arc", "vmware-system-csi", "flux-system"]
"""Namespaces of add-ons that need the host."""

_PROVISIONERS = {"vsphere": "csi.vsphere.vmware.com", "metal3": "rook-ceph.rbd.csi.ceph.com"}
_AUTHORITY = "force-certificate-authority"  # the name of a secret, which the force's own authority brings


def platform(
    estate: OnPremises,
    cluster: Cluster,
    level: str,
    label: Label,
    opts: pulumi.ResourceOptions,
    access: ClusterAccess | None = None,
) -> None:
    """Creates admission policies and classes on one cluster, with `full` its gateway, with `access` Azure services."""
    ClusterAdmission(
        f"{cluster.name}-admission",
        {
            "label": label,
            "registries": [registry(estate)],
            "exempt_namespaces": _CONTROLLERS,
            "exemptions": {"services": ["gateway-system"], "host": ["velero"]},
        },
        opts,
    )
    WorkloadClasses(
        f"{cluster.name}-classes",
        {"label": label, "provisioner": _PROVISIONERS.get(cluster.infrastructure or "", _PROVISIONERS["vsphere"])},
        opts,
    )
    if LEVELS.index(level) == len(LEVELS) - 1 and estate.domain:
        from bluelamp.modules.kubernetes.gateway import ClusterGateway

        ClusterGateway(
            f"{cluster.name}-gateway",
            {
                "label": label,
                "domain": f"{cluster.name}.{estate.domain}",
                "controller": "io.cilium/gateway-controller",
                "issuer": {"ca_secret_name": _AUTHORITY},
            },
            opts,
        )
    if access is not None:
        _azure_services(cluster.name, label, access, opts)


def _azure_services(name: str, label: Label, access: ClusterAccess, opts: pulumi.ResourceOptions) -> None:
    """Services that sign in to Azure without a secret: the secret store, backups and metrics."""
    from bluelamp.modules.kubernetes.backup import ClusterBackup
    from bluelamp.modules.kubernetes.monitoring import ClusterMonitoring
    from bluelamp.modules.kubernetes.secret_store import ClusterSecrets

    ClusterSecrets(
        f"{name}-secrets",
        {
            "label": label,
            "vault_uri": access.vault_uri,
            "tenant_id": access.tenant_id,
            "client_id": access.client_ids["secrets"],
        },
        opts,
    )
    ClusterBackup(
        f"{name}-backup",
        {
            "label": label,
            "cluster": name,
            "storage_account_name": access.backup_account,
            "container_name": access.backup_container,
            "resource_group_name": access.backup_group,
            "subscription_id": access.subscription_id,
            "tenant_id": access.tenant_id,
            "client_id": access.client_ids["backup"],
            "immutable_days": IMMUTABLE_DAYS,
        },
        opts,
    )
    ClusterMonitoring(
        f"{name}-monitoring",
        {
            "label": label,
            "cluster": name,
            "metrics_endpoint": access.metrics_url,
            "tenant_id": access.tenant_id,
            "client_id": access.client_ids["metrics"],
        },
        opts,
    )


def registry(estate: OnPremises) -> str:
    """The registry of allowed images: the force's mirror."""
    return estate.registry or f"registry.{estate.domain or 'local'}"
