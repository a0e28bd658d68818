"""Hardening of API servers and machines: files and flags for both distributions."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files as resources
from typing import Any

import yaml

from bluelamp.modules.kubernetes.cluster_class.shapes import ClusterClassArgs, ClusterSignIn, EtcdBackup

File = dict[str, Any]
BACKUPS = "/var/backups/etcd"


@cache
def settings() -> Mapping[str, Any]:
    """Flags and kernel settings of `data/api_server.yaml`."""
    found: Mapping[str, Any] = yaml.safe_load(data("api_server.yaml"))
    return found


def data(name: str) -> str:
    """The content of a file of this module."""
    return resources("bluelamp.modules.kubernetes.cluster_class").joinpath("data", name).read_text(encoding="utf-8")


def file(path: str, content: str, permissions: str = "0600") -> File:
    """A file on a machine, owned by root."""
    return {"path": path, "owner": "root:root", "permissions": permissions, "content": content}


def api_server_files(args: ClusterClassArgs, folder: str, *, anonymous: bool) -> list[File]:
    """The audit policy, Pod Security defaults and authentication configuration, as files in `folder`.

    With `anonymous`, the paths for probes and joining machines are open to anonymous requests. Without it, a flag
    controls anonymous access.
    """
    return [
        file(f"{folder}/audit-policy.yaml", data("audit_policy.yaml")),
        file(f"{folder}/admission.yaml", _text(_admission(args))),
        file(f"{folder}/authentication.yaml", _text(_authentication(args.get("entra"), anonymous=anonymous))),
    ]


def api_server_arguments(folder: str, logs: str) -> dict[str, str]:
    """The API server's flags by name. Its files are in `folder` and its audit log in `logs`."""
    own: dict[str, str] = settings()["arguments"]
    return {
        **own,
        "admission-control-config-file": f"{folder}/admission.yaml",
        "audit-log-path": f"{logs}/audit.log",
        "audit-policy-file": f"{folder}/audit-policy.yaml",
        "authentication-config": f"{folder}/authentication.yaml",
    }


def machine_files(backup: EtcdBackup | None) -> list[File]:
    """Kernel settings and the mount for etcd snapshots; `backup` is None for a worker."""
    kernel = "".join(f"{key}={value}\n" for key, value in settings()["sysctl"].items())
    found = [file("/etc/sysctl.d/90-kubelet.conf", kernel, "0644")]
    if backup and "nfs_export" in backup:
        mount = data("etcd_backup.mount").replace("EXPORT", backup["nfs_export"])
        found.append(file("/etc/systemd/system/var-backups-etcd.mount", mount, "0644"))
    return found


def machine_commands(backup: EtcdBackup | None) -> list[str]:
    """The commands that a machine runs before Kubernetes is installed."""
    commands = ["sysctl --system"]
    if backup is not None:
        commands.append(f"install -d -m 0700 {BACKUPS}")
        if "nfs_export" in backup:
            commands.append("systemctl enable --now var-backups-etcd.mount")
    return commands


def hours(backup: EtcdBackup) -> str:
    """The hours of the day for snapshots, in the syntax of cron and systemd."""
    return ",".join(str(hour) for hour in range(0, 24, backup.get("every_hours", 6)))


def _admission(args: ClusterClassArgs) -> dict[str, Any]:
    levels = {f"{mode}{part}": value for mode in ("enforce", "audit", "warn") for part, value in _RESTRICTED.items()}
    exempt = args.get("exempt_namespaces")
    if exempt is None:
        exempt = ["kube-system", *(["vmware-system-csi"] if args["infrastructure"] == "vsphere" else [])]
    pod_security = {
        "apiVersion": "pod-security.admission.config.k8s.io/v1",
        "kind": "PodSecurityConfiguration",
        "defaults": levels,
        "exemptions": {"usernames": [], "runtimeClasses": [], "namespaces": exempt},
    }
    return {
        "apiVersion": "apiserver.config.k8s.io/v1",
        "kind": "AdmissionConfiguration",
        "plugins": [{"name": "PodSecurity", "configuration": pod_security}],
    }


_RESTRICTED = {"": "restricted", "-version": "latest"}


def _authentication(entra: ClusterSignIn | None, *, anonymous: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"apiVersion": "apiserver.config.k8s.io/v1", "kind": "AuthenticationConfiguration"}
    if entra:
        found["jwt"] = [
            {
                "issuer": {
                    "url": f"https://login.microsoftonline.com/{entra['tenant_id']}/v2.0",
                    "audiences": [entra["client_id"]],
                },
                "claimValidationRules": [{"claim": "tid", "requiredValue": entra["tenant_id"]}],
                # Only the object id identifies a user permanently.
                "claimMappings": {
                    "username": {"claim": "oid", "prefix": "entra:"},
                    "groups": {"claim": entra.get("groups_claim", "groups"), "prefix": ""},
                },
                "userValidationRules": [
                    {
                        "expression": "user.groups.all(group, !group.startsWith('system:'))",
                        "message": "a group from Entra ID may not claim to be one of Kubernetes' own",
                    }
                ],
            }
        ]
    if anonymous:
        found["anonymous"] = {"enabled": True, "conditions": [{"path": path} for path in settings()["anonymous"]]}
    return found


def _text(content: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(content), sort_keys=False)
