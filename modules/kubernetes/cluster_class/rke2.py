"""RKE2 with its CIS profile."""

from typing import Any

from bluelamp.modules.kubernetes.cluster_class import hardening
from bluelamp.modules.kubernetes.cluster_class.parts import Part, vip_patch
from bluelamp.modules.kubernetes.cluster_class.shapes import ClusterClassArgs

_FOLDER = "/etc/rancher/rke2/policy"
_LOGS = "/var/lib/rancher/rke2/server/logs"


def control_plane(args: ClusterClassArgs) -> Part:
    """The control plane: servers with the API server's files, encryption at rest and etcd snapshots."""
    backup = args.get("etcd_backup", {})
    # RKE2's own probes use a client certificate, so no anonymous access is needed.
    flags = {**hardening.api_server_arguments(_FOLDER, _LOGS), "anonymous-auth": "false"}
    flags.pop("admission-control-config-file")  # given as podSecurityAdmissionConfigFile
    per_day = 24 // backup.get("every_hours", 6)
    server: dict[str, Any] = {
        "cni": "cilium",
        "disableComponents": {
            "pluginComponents": ["rke2-ingress-nginx"],
            **({"kubernetesComponents": ["cloudController"]} if args["infrastructure"] == "vsphere" else {}),
        },
        "etcd": {
            "backupConfig": {
                "directory": hardening.BACKUPS,
                "scheduleCron": f"0 {hardening.hours(backup)} * * *",
                "retention": str(per_day * backup.get("keep_days", 14)),
            }
        },
        "kubeAPIServer": {"extraArgs": _arguments(flags), "extraMounts": {_FOLDER: f"{_FOLDER}:ro"}},
        "kubeControllerManager": {"extraArgs": ["profiling=false"]},
        "kubeScheduler": {"extraArgs": ["profiling=false"]},
        "secretsEncryption": {"provider": "secretbox"},
    }
    if args["infrastructure"] == "vsphere":
        server["cloudProviderName"] = "external"
    spec = {
        **_machine(args, control_plane=True),
        "files": [
            *hardening.api_server_files(args, _FOLDER, anonymous=False),
            *hardening.machine_files(backup),
        ],
        "preRKE2Commands": [
            *hardening.machine_commands(backup),
            # The CIS profile runs etcd as this user.
            "id etcd || useradd --system --no-create-home --shell /sbin/nologin --user-group etcd",
        ],
        "registrationMethod": "control-plane-endpoint",
        "remediationStrategy": {"maxRetry": 5, "minHealthyPeriod": "2h", "retryPeriod": "20m"},
        "rolloutStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}},
        "serverConfig": server,
    }
    return Part("controlplane.cluster.x-k8s.io/v1beta2", "RKE2ControlPlaneTemplate", {"template": {"spec": spec}})


def worker(args: ClusterClassArgs) -> Part:
    """The configuration with which a worker joins."""
    spec = {
        **_machine(args, control_plane=False),
        "files": hardening.machine_files(None),
        "preRKE2Commands": hardening.machine_commands(None),
    }
    return Part("bootstrap.cluster.x-k8s.io/v1beta2", "RKE2ConfigTemplate", {"template": {"spec": spec}})


def patches(args: ClusterClassArgs, plane: Part) -> list[dict[str, Any]]:
    """The settings of each cluster: its address and its token issuer."""
    spec = "/spec/template/spec"
    arguments = f"{spec}/serverConfig/kubeAPIServer/extraArgs/-"
    pods = "/var/lib/rancher/rke2/agent/pod-manifests"
    return [
        vip_patch(plane, f"{spec}/files/-", args, pods, "/etc/rancher/rke2/rke2.yaml"),
        plane.patch(
            "names",
            [
                {
                    "op": "add",
                    "path": f"{spec}/serverConfig/tlsSan",
                    "valueFrom": {"template": "- '{{ .controlPlaneEndpoint.host }}'\n"},
                }
            ],
        ),
        plane.patch(
            "issuer",
            [
                {
                    "op": "add",
                    "path": arguments,
                    "valueFrom": {"template": f"'{flag}={{{{ .serviceAccountIssuer }}}}{rest}'"},
                }
                for flag, rest in (("service-account-issuer", ""), ("service-account-jwks-uri", "/openid/v1/jwks"))
            ],
            enabled_if='{{ if ne .serviceAccountIssuer "" }}true{{ end }}',
        ),
    ]


def _machine(args: ClusterClassArgs, *, control_plane: bool) -> dict[str, Any]:
    """The settings of every machine: the CIS profile and the image registries."""
    flags = dict(hardening.settings()["kubelet"])
    flags.pop("protect-kernel-defaults")  # RKE2 has a separate field for it
    if args["infrastructure"] == "vsphere":
        flags["cloud-provider"] = "external"
    agent: dict[str, Any] = {
        "cisProfile": "cis",
        "enableContainerdSElinux": True,
        "kubelet": {"extraArgs": _arguments(flags)},
        "protectKernelDefaults": True,
    }
    if control_plane:
        agent["podSecurityAdmissionConfigFile"] = f"{_FOLDER}/admission.yaml"
    if args.get("ntp_servers"):
        agent["ntp"] = {"enabled": True, "servers": args["ntp_servers"]}
    found: dict[str, Any] = {"agentConfig": agent}
    if "registry" in args:
        agent |= {"airGapped": True, "systemDefaultRegistry": args["registry"]}
        found["privateRegistriesConfig"] = {
            "mirrors": {
                upstream: {"endpoint": [f"https://{args['registry']}"], "rewrite": {"^(.*)$": f"{upstream}/$1"}}
                for upstream in hardening.settings()["registries"]
            }
        }
    return found


def _arguments(flags: dict[str, str]) -> list[str]:
    return [f"{name}={value}" for name, value in sorted(flags.items())]
