"""Classes for three clusters: kubeadm on vSphere, air-gapped RKE2, and kubeadm on bare metal."""

from bluelamp.modules.kubernetes.cluster_class import ClusterClass, ClusterSignIn, EtcdBackup
from bluelamp.modules.naming import Label

label = Label(
    force="essex",
    code="essex",
    environment="test",
    cost_centre="EXP-2201",
    business_owner="Head of Infrastructure",
    classification="OFFICIAL",
    roadmap_milestone="landing-zone",
    spend_type="strategic",
)
entra = ClusterSignIn(
    tenant_id="3f6c1f0a-6f0e-4b2f-9d7b-0f5a4f1f2a11", client_id="6a0b9a52-98bb-4d39-8a6e-0b8a0e1e7c22"
)
backup = EtcdBackup(every_hours=4, keep_days=30, nfs_export="nas.essex.police.example:/etcd")
ClusterClass(
    "live",
    {
        "label": label,
        "namespace": "clusters",
        "infrastructure": "vsphere",
        "distribution": "kubeadm",
        "entra": entra,
        "etcd_backup": backup,
        "ntp_servers": ["ntp.essex.police.example"],
        "registry": "registry.essex.police.example",
        "vsphere": {
            "server": "vcenter.essex.police.example",
            "thumbprint": "5C:2F:0C:11:9B:35:4D:0E:7A:61:22:90:AF:3B:D4:18:6E:92:C7:05",
            "identity": "essex",
            "datacenter": "headquarters",
            "storage_policy": "kubernetes",
            "folder": "/headquarters/vm/kubernetes",
            "resource_pool": "/headquarters/host/general/Resources/kubernetes",
            "template": "ubuntu-2404-kube-v1.36.3",
            "network": "kubernetes",
            "control_plane": {"cpus": 4, "memory_mib": 16384},
            "workers": {"cpus": 8, "memory_mib": 65536, "disk_gib": 200},
        },
    },
)
ClusterClass(
    "non-live",
    {
        "label": label,
        "namespace": "clusters",
        "infrastructure": "vsphere",
        "distribution": "rke2",
        "entra": entra,
        "etcd_backup": backup,
        "registry": "registry.essex.police.example",
        "exempt_namespaces": ["kube-system", "vmware-system-csi"],
        "vsphere": {
            "server": "vcenter.essex.police.example",
            "identity": "essex",
            "datacenter": "headquarters",
            "template": "rke2-v1.36.3",
            "network": "kubernetes",
        },
    },
)
ClusterClass(
    "custody",
    {
        "label": label,
        "namespace": "clusters",
        "infrastructure": "metal3",
        "distribution": "kubeadm",
        "entra": entra,
        "metal3": {
            "cluster": "custody",
            "image_url": "https://images.essex.police.example/ubuntu-2404-kube-v1.36.3.qcow2",
            "image_checksum": "https://images.essex.police.example/ubuntu-2404-kube-v1.36.3.qcow2.sha256sum",
        },
    },
)
