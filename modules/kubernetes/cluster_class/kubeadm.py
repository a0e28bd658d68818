"""Upstream Kubernetes, installed with kubeadm."""

from typing import Any

from bluelamp.modules.kubernetes.cluster_class import hardening
from bluelamp.modules.kubernetes.cluster_class.hardening import File
from bluelamp.modules.kubernetes.cluster_class.parts import Part, vip_patch
from bluelamp.modules.kubernetes.cluster_class.shapes import ClusterClassArgs

_FOLDER = "/etc/kubernetes/policy"
_LOGS = "/var/log/kubernetes/audit"
_SPEC = "/spec/template/spec/kubeadmConfigSpec"


def control_plane(args: ClusterClassArgs) -> Part:
    """The control plane: kubeadm configuration, the API server's files, etcd snapshots."""
    backup = args.get("etcd_backup", {})
    files = [
        *hardening.api_server_files(args, _FOLDER, anonymous=True),
        *hardening.machine_files(backup),
        *_mirrors(args),
        hardening.file(
            "/usr/local/sbin/etcd-backup",
            hardening.data("etcd_backup.sh").replace("DAYS", str(backup.get("keep_days", 14))),
            "0700",
        ),
        hardening.file("/etc/systemd/system/etcd-backup.service", hardening.data("etcd_backup.service"), "0644"),
        hardening.file(
            "/etc/systemd/system/etcd-backup.timer",
            hardening.data("etcd_backup.timer").replace("HOURS", hardening.hours(backup)),
            "0644",
        ),
    ]
    flags = {
        **hardening.api_server_arguments(_FOLDER, _LOGS),
        "encryption-provider-config": f"{_FOLDER}/encryption.yaml",
    }
    quiet = {"extraArgs": _arguments({"profiling": "false"})}
    cluster: dict[str, Any] = {
        "encryptionAlgorithm": "ECDSA-P256",
        "apiServer": {
            "extraArgs": _arguments(flags),
            "extraVolumes": [
                _volume("policy", _FOLDER, read_only=True),
                _volume("audit-log", _LOGS, read_only=False),
            ],
        },
        "controllerManager": quiet,
        "scheduler": quiet,
    }
    if "registry" in args:
        cluster["imageRepository"] = f"{args['registry']}/registry.k8s.io"
    spec = {
        "clusterConfiguration": cluster,
        "files": files,
        "initConfiguration": {"nodeRegistration": _registration(args)},
        "joinConfiguration": {"nodeRegistration": _registration(args)},
        "preKubeadmCommands": [
            *hardening.machine_commands(backup),
            # On the first machine, admin.conf has no permissions yet when kube-vip starts.
            "test ! -f /run/kubeadm/kubeadm.yaml || sed -i 's#path: /etc/kubernetes/admin.conf#"
            "path: /etc/kubernetes/super-admin.conf#' /etc/kubernetes/manifests/kube-vip.yaml",
        ],
        "postKubeadmCommands": [
            "test ! -f /run/kubeadm/kubeadm.yaml || sed -i 's#path: /etc/kubernetes/super-admin.conf#"
            "path: /etc/kubernetes/admin.conf#' /etc/kubernetes/manifests/kube-vip.yaml",
            "systemctl enable --now etcd-backup.timer",
        ],
        **_time(args),
    }
    return Part(
        "controlplane.cluster.x-k8s.io/v1beta2",
        "KubeadmControlPlaneTemplate",
        {
            "template": {
                "spec": {
                    "kubeadmConfigSpec": spec,
                    "remediation": {"maxRetry": 5, "minHealthyPeriodSeconds": 7200, "retryPeriodSeconds": 1200},
                    "rollout": {
                        "before": {"certificatesExpiryDays": 30},
                        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}},
                    },
                }
            }
        },
    )


def worker(args: ClusterClassArgs) -> Part:
    """The configuration with which a worker joins."""
    spec = {
        "files": [*hardening.machine_files(None), *_mirrors(args)],
        "joinConfiguration": {"nodeRegistration": _registration(args)},
        "preKubeadmCommands": hardening.machine_commands(None),
        **_time(args),
    }
    return Part("bootstrap.cluster.x-k8s.io/v1beta2", "KubeadmConfigTemplate", {"template": {"spec": spec}})


def patches(args: ClusterClassArgs, plane: Part) -> list[dict[str, Any]]:
    """The settings of each cluster: its address, its encryption key and its token issuer."""
    encryption = (
        f"path: {_FOLDER}/encryption.yaml\nowner: root:root\npermissions: '0600'\n"
        "contentFrom:\n  secret:\n    name: '{{ .builtin.cluster.name }}-encryption'\n    key: encryption.yaml\n"
    )
    arguments = f"{_SPEC}/clusterConfiguration/apiServer/extraArgs/-"
    return [
        vip_patch(plane, f"{_SPEC}/files/-", args, "/etc/kubernetes/manifests", "/etc/kubernetes/admin.conf"),
        plane.patch("encryption", [{"op": "add", "path": f"{_SPEC}/files/-", "valueFrom": {"template": encryption}}]),
        plane.patch(
            "issuer",
            [
                {"op": "add", "path": arguments, "valueFrom": {"template": f"name: {flag}\nvalue: '{value}'\n"}}
                for flag, value in (
                    ("service-account-issuer", "{{ .serviceAccountIssuer }}"),
                    ("service-account-jwks-uri", "{{ .serviceAccountIssuer }}/openid/v1/jwks"),
                )
            ],
            enabled_if='{{ if ne .serviceAccountIssuer "" }}true{{ end }}',
        ),
    ]


def _arguments(flags: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in sorted(flags.items())]


def _volume(name: str, path: str, *, read_only: bool) -> dict[str, Any]:
    return {
        "name": name,
        "hostPath": path,
        "mountPath": path,
        "readOnly": read_only,
        "pathType": "DirectoryOrCreate",
    }


def _registration(args: ClusterClassArgs) -> dict[str, Any]:
    flags = dict(hardening.settings()["kubelet"])
    name = "{{ ds.meta_data.local_hostname }}"
    if args["infrastructure"] == "vsphere":
        flags["cloud-provider"] = "external"
        name = "{{ local_hostname }}"
    return {"name": name, "kubeletExtraArgs": _arguments(flags)}


def _time(args: ClusterClassArgs) -> dict[str, Any]:
    return {"ntp": {"enabled": True, "servers": args["ntp_servers"]}} if args.get("ntp_servers") else {}


def _mirrors(args: ClusterClassArgs) -> list[File]:
    """containerd's registry mirrors. The mirror is also the `server`, so that there is no fallback to the Internet."""
    if "registry" not in args:
        return []
    return [
        hardening.file(
            f"/etc/containerd/certs.d/{upstream}/hosts.toml",
            f'server = "https://{args["registry"]}/v2/{upstream}"\n\n'
            f'[host."https://{args["registry"]}/v2/{upstream}"]\n'
            '  capabilities = ["pull", "resolve"]\n  override_path = true\n',
            "0644",
        )
        for upstream in hardening.settings()["registries"]
    ]
