"""Arguments of a cluster class."""

from typing import NotRequired, TypedDict

from bluelamp.modules.shared_arguments import LabelledArgs


class ClusterSignIn(TypedDict):
    """The Entra ID application for sign-in to the cluster."""

    tenant_id: str
    """The Entra ID tenant; tokens of other tenants are rejected."""
    client_id: str
    """The application's id, which is the audience of the tokens. Configure it to emit only groups that are assigned to
    it: a token contains at most 200 groups."""
    groups_claim: NotRequired[str]
    """The groups claim: `groups` (object ids) or `roles` (application
    roles); `groups` by default."""


class EtcdBackup(TypedDict):
    """etcd snapshots on every control-plane machine."""

    every_hours: NotRequired[int]
    """Hours between snapshots, a divisor of 24; 6 by default."""
    keep_days: NotRequired[int]
    """Retention of snapshots in days; 14 by default."""
    nfs_export: NotRequired[str]
    """An NFS export, such as `nas.example.police.uk:/etcd`, mounted at `/var/backups/etcd`. Without it, snapshots are
    stored on the machine only, and are lost with it."""


class MachineSize(TypedDict):
    """The size of a virtual machine."""

    cpus: NotRequired[int]
    """Virtual CPUs, at least 2; 4 by default."""
    memory_mib: NotRequired[int]
    """Memory in MiB; 16384 by default."""
    disk_gib: NotRequired[int]
    """Disk in GiB; 100 by default."""


class VsphereMachines(TypedDict):
    """Location and template of the machines in vSphere."""

    server: str
    """vCenter's host name."""
    thumbprint: NotRequired[str]
    """SHA-1 thumbprint of vCenter's certificate, which is set here only. Update it when the certificate
    changes."""
    identity: str
    """Name of the `VSphereClusterIdentity` for sign-in."""
    datacenter: str
    """Path or name of the data centre."""
    template: str
    """The virtual machine template, which must contain the requested Kubernetes version."""
    network: str
    """The port group of the machines."""
    storage_policy: NotRequired[str]
    """Storage policy; the default of the data centre by default."""
    folder: NotRequired[str]
    """Folder of the machines."""
    resource_pool: NotRequired[str]
    """Resource pool of the machines."""
    control_plane: NotRequired[MachineSize]
    """Size of a control-plane machine."""
    workers: NotRequired[MachineSize]
    """Size of a worker."""


class Metal3Machines(TypedDict):
    """The image and network settings of bare-metal machines."""

    cluster: str
    """Name of the only cluster of this class: Metal3's data templates belong to one cluster."""
    image_url: str
    """URL of the disk image, which must contain the requested Kubernetes version."""
    image_checksum: str
    """The image's SHA-256 checksum, or the URL of one."""
    image_format: NotRequired[str]
    """`qcow2` or `raw`; `qcow2` by default."""
    interface: NotRequired[str]
    """The network interface with DHCP; `eno1` by default."""


class ClusterClassArgs(LabelledArgs):
    """Arguments of a class of clusters."""

    namespace: str
    """Namespace in the management cluster; it must exist."""
    infrastructure: str
    """The infrastructure provider: `vsphere` for virtual machines, `metal3` for bare metal."""
    distribution: str
    """The distribution: `kubeadm` for upstream Kubernetes, or `rke2` for RKE2 with its CIS profile."""
    vsphere: NotRequired[VsphereMachines]
    """Required with `infrastructure` `vsphere`, and not allowed otherwise."""
    metal3: NotRequired[Metal3Machines]
    """Required with `infrastructure` `metal3`, and not allowed otherwise."""
    entra: NotRequired[ClusterSignIn]
    """The sign-in application; without it, only client certificates are accepted."""
    registry: NotRequired[str]
    """Host of the registry that mirrors all others, for an air-gapped site. All images then come from it,
    in repositories named after the original registries."""
    exempt_namespaces: NotRequired[list[str]]
    """Namespaces exempt from Pod Security; by default `kube-system` and the storage driver's."""
    etcd_backup: NotRequired[EtcdBackup]
    """etcd snapshots; by default every six hours, kept for fourteen days."""
    ntp_servers: NotRequired[list[str]]
    """NTP servers; those of the image by default."""
    kube_vip_image: NotRequired[str]
    """The kube-vip image for the API server's address; the upstream kube-vip release by default."""
