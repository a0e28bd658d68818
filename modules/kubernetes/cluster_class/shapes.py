"""What a class of clusters needs to be told."""

from typing import NotRequired, TypedDict

from bluelamp.modules.shared_arguments import LabelledArgs


class ClusterSignIn(TypedDict):
    """The application in Entra ID that people sign in to the cluster with."""

    tenant_id: str
    """Entra ID's tenant; tokens of any other are refused."""
    client_id: str
    """The application's id, the tokens' audience. Have its tokens carry only the groups that are assigned to it: a
    token names 200 groups at most."""
    groups_claim: NotRequired[str]
    """The claim that gives a user's groups, `groups` (object ids, as tenants name them) or `roles` (application
    roles); `groups` by default."""


class EtcdBackup(TypedDict):
    """Snapshots of etcd on every control-plane machine."""

    every_hours: NotRequired[int]
    """Hours between snapshots, a divisor of 24; 6 by default."""
    keep_days: NotRequired[int]
    """Days that a snapshot is kept; 14 by default."""
    nfs_export: NotRequired[str]
    """An NFS export, such as `nas.example.police.uk:/etcd`, that `/var/backups/etcd` is mounted from. Without it
    snapshots stay on the machine, and are lost with it."""


class MachineSize(TypedDict):
    """The size of a virtual machine."""

    cpus: NotRequired[int]
    """Virtual processors; 4 by default, 2 at least."""
    memory_mib: NotRequired[int]
    """Memory in MiB; 16384 by default."""
    disk_gib: NotRequired[int]
    """Disk in GiB; 100 by default."""


class VsphereMachines(TypedDict):
    """Where in vSphere the machines are, and what they are made from."""

    server: str
    """vCenter's host name."""
    thumbprint: NotRequired[str]
    """SHA-1 thumbprint of vCenter's certificate. It stands here only, so that a new certificate is told in one
    place."""
    identity: str
    """Name of the `VSphereClusterIdentity` that is signed in with."""
    datacenter: str
    """Path or name of the data centre."""
    template: str
    """The virtual-machine template, with Kubernetes of the wanted version in it."""
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
    """Which servers become machines, and with what image."""

    cluster: str
    """Name of the one cluster that is made of this class: Metal3's data templates belong to a cluster."""
    image_url: str
    """Where the disk image with Kubernetes of the wanted version is fetched from."""
    image_checksum: str
    """The image's SHA-256 checksum, or the URL of one."""
    image_format: NotRequired[str]
    """`qcow2` or `raw`; `qcow2` by default."""
    interface: NotRequired[str]
    """The network interface that is configured by DHCP; `eno1` by default."""


class ClusterClassArgs(LabelledArgs):
    """Arguments of a class of clusters."""

    namespace: str
    """Namespace in the management cluster; it must exist."""
    infrastructure: str
    """Where machines come from: `vsphere`, virtual machines, or `metal3`, bare metal."""
    distribution: str
    """How Kubernetes is installed: `kubeadm`, upstream, or `rke2`, RKE2 with its CIS profile."""
    vsphere: NotRequired[VsphereMachines]
    """Needed, and only taken, with `infrastructure` `vsphere`."""
    metal3: NotRequired[Metal3Machines]
    """Needed, and only taken, with `infrastructure` `metal3`."""
    entra: NotRequired[ClusterSignIn]
    """Who people sign in with; without it only client certificates are taken."""
    registry: NotRequired[str]
    """Host of the registry that mirrors all others, for a site with no way out; images are then taken from it alone,
    from a repository named after the registry that they were published on."""
    exempt_namespaces: NotRequired[list[str]]
    """Namespaces that Pod Security lets run as they want; `kube-system` and the storage driver's by default."""
    etcd_backup: NotRequired[EtcdBackup]
    """Snapshots of etcd; every six hours, kept for fourteen days, by default."""
    ntp_servers: NotRequired[list[str]]
    """Time servers; the image's own by default."""
    kube_vip_image: NotRequired[str]
    """The image that holds the API server's address; kube-vip's own release by default."""
