"""What every cluster of the force runs for its tenants."""

import pulumi

from infra.cluster import Cluster
from infra.on_premises import OnPremises
from infra.profiles import LEVELS
from modules.kubernetes.admission import ClusterAdmission
from modules.kubernetes.classes import WorkloadClasses
from modules.naming import Label

_CONTROLLERS = ["azure-arc", "vmware-system-csi", "flux-system"]
"""Namespaces of add-ons that need the host."""

_PROVISIONERS = {"vsphere": "csi.vsphere.vmware.com", "metal3": "rook-ceph.rbd.csi.ceph.com"}
_AUTHORITY = "force-certificate-authority"  # the name of a secret, which the force's own authority brings


def platform(estate: OnPremises, cluster: Cluster, level: str, label: Label, opts: pulumi.ResourceOptions) -> None:
    """Admission and classes on one cluster, and with `full` its gateway."""
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
        from modules.kubernetes.gateway import ClusterGateway

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


def registry(estate: OnPremises) -> str:
    """The registry whose images may run: the force's mirror."""
    return estate.registry or f"registry.{estate.domain or 'local'}"
