"""API servers of the force's own clusters, as Cluster API declares them for kubeadm and RKE2."""

from typing import Any, Final

from bluelamp.policies.controls import caf, cis_kubernetes, dpa, iso, mcsb, ncsc
from bluelamp.policies.kubernetes.control_plane._planes import KUBEADM, PLANES, content, flag
from bluelamp.policies.model import Severity
from bluelamp.policies.rule import Fail, Outcome, rule
from bluelamp.policies.tighter import AtLeast, Required
from bluelamp.policies.value import Value

_WEAK_TLS: Final = frozenset({"VersionTLS10", "VersionTLS11"})

_EXAMPLE: Final = """
apiVersion: controlplane.cluster.x-k8s.io/v1beta2
kind: KubeadmControlPlaneTemplate
metadata: {name: force-control-plane, namespace: clusters}
spec:
  template:
    spec:
      kubeadmConfigSpec:
        clusterConfiguration:
          apiServer:
            extraArgs:
              - {name: anonymous-auth, value: "false"}
              - {name: audit-log-path, value: /var/log/kubernetes/audit.log}
              - {name: audit-log-maxage, value: "30"}
              - {name: audit-policy-file, value: /etc/kubernetes/policy/audit-policy.yaml}
              - {name: encryption-provider-config, value: /etc/kubernetes/policy/encryption.yaml}
              - {name: profiling, value: "false"}
              - {name: tls-min-version, value: VersionTLS12}
"""


@rule(
    "BL-K8S-100",
    "API server has anonymous requests disabled or restricted",
    failure="API server allows anonymous requests",
    severity=Severity.HIGH,
    controls=ncsc("10", "12") + caf("B2.a") + cis_kubernetes("1.2.1") + iso("8.5") + mcsb("IM-1"),
    at=PLANES,
    fix="""Set anonymous-auth to false, or list the paths that probes and joining nodes need in anonymous.conditions of
    the authentication-config.""",
    example=_EXAMPLE,
)
def anonymous_requests_disabled(plane: Value) -> Outcome:
    """Anonymous requests identify no one, and every vulnerability in what they may call is open to everyone who reaches
    the API server.
    """
    anonymous = flag(plane, "anonymous-auth")
    if anonymous.text("true") == "false":
        return None
    path = flag(plane, "authentication-config")
    file = content(plane, path)
    if file is None:
        return Fail(anonymous, "false", "Kubernetes' default is true" if anonymous.missing else "")
    setting = _parsed(file).get("anonymous")
    if isinstance(setting, dict) and (setting.get("enabled") is False or setting.get("conditions")):
        return None
    return Fail(file, "anonymous with conditions, or not enabled")


@rule(
    "BL-K8S-101",
    "API server has audit logging enabled",
    failure="API server has audit logging disabled",
    severity=Severity.HIGH,
    controls=ncsc("13") + caf("C1.a") + cis_kubernetes("1.2.16", "3.2.1") + dpa("62") + iso("8.15") + mcsb("LT-3"),
    at=PLANES,
    fix="Set audit-policy-file and audit-log-path.",
    example=_EXAMPLE,
)
def audit_logging(plane: Value) -> Outcome:
    """Without an audit policy the API server records nothing, and after an incident no one can determine what was
    accessed.
    """
    for name in ("audit-policy-file", "audit-log-path"):
        if flag(plane, name).missing:
            return Fail(flag(plane, name), "a path", "Kubernetes' default is no audit log")
    return None


@rule(
    "BL-K8S-102",
    "Secrets are encrypted at rest in etcd",
    failure="Secrets are not encrypted at rest in etcd",
    severity=Severity.HIGH,
    controls=ncsc("2.3") + caf("B3.c") + cis_kubernetes("1.2.27") + iso("8.24") + mcsb("DP-4"),
    at=KUBEADM,
    fix="Set encryption-provider-config and provide the file from a Secret of the management cluster.",
    example=_EXAMPLE,
)
def encryption_at_rest(plane: Value) -> Outcome:
    """By default etcd stores secrets in Base64 without encryption, so snapshots and discarded disks disclose them. RKE2
    encrypts them by default.
    """
    config = flag(plane, "encryption-provider-config")
    return Fail(config, "a path", "Kubernetes' default is no encryption") if config.missing else None


@rule(
    "BL-K8S-103",
    "API server retains audit logs for at least 30 days",
    failure="API server retains audit logs for too few days",
    severity=Severity.MEDIUM,
    controls=ncsc("13") + caf("C1.b") + cis_kubernetes("1.2.17") + iso("8.15") + mcsb("LT-6"),
    at=PLANES,
    fix="Set audit-log-maxage to 30 or more.",
    example=_EXAMPLE,
)
def audit_log_retention(plane: Value, *, days: AtLeast[int] = 30) -> Outcome:
    """Intrusions are often detected weeks after they began. Until the log is archived, the local copy is the only one.
    Without a maximum age, the default, old logs are kept until the disk is needed.
    """
    age = flag(plane, "audit-log-maxage")
    retention = int(age.get("0"))
    return Fail(age, f"at least {days}") if 0 < retention < days else None


@rule(
    "BL-K8S-104",
    "API server has profiling disabled",
    failure="API server has profiling enabled",
    severity=Severity.LOW,
    controls=ncsc("5") + caf("B4.b") + cis_kubernetes("1.2.15") + iso("8.9"),
    at=PLANES,
    fix="Set profiling to false.",
    example=_EXAMPLE,
)
def profiling_disabled(plane: Value) -> Outcome:
    """Profiling discloses memory contents and can be used to overload the server. It is not needed in production."""
    profiling = flag(plane, "profiling")
    if profiling.text("true") == "false":
        return None
    return Fail(profiling, "false", "Kubernetes' default is true" if profiling.missing else "")


@rule(
    "BL-K8S-105",
    "API server requires TLS 1.2 or later",
    failure="API server accepts TLS older than 1.2",
    severity=Severity.HIGH,
    controls=ncsc("1") + caf("B3.b") + iso("8.24") + mcsb("DP-3", "NS-8"),
    at=PLANES,
    fix="Set tls-min-version to VersionTLS12 or VersionTLS13.",
    example=_EXAMPLE,
)
def requires_modern_tls(plane: Value) -> Outcome:
    """TLS 1.0 and 1.1 have known weaknesses, and administrators' tokens are sent over this connection."""
    version = flag(plane, "tls-min-version")
    return Fail(version, "VersionTLS12 or VersionTLS13") if version.known in _WEAK_TLS else None


@rule(
    "BL-K8S-106",
    "API server authorises requests by RBAC, not AlwaysAllow",
    failure="API server does not authorise requests by RBAC",
    severity=Severity.CRITICAL,
    controls=ncsc("9", "12") + caf("B2.d") + cis_kubernetes("1.2.6", "1.2.8") + iso("8.3") + mcsb("PA-7"),
    at=PLANES,
    fix="Remove authorization-mode, or set it to Node,RBAC.",
    example=_EXAMPLE,
)
def authorises_by_rbac(plane: Value) -> Outcome:
    """AlwaysAllow gives every authenticated user administrator rights. kubeadm and RKE2 set Node and
    RBAC by default.
    """
    modes = flag(plane, "authorization-mode")
    enabled = str(modes.get("Node,RBAC")).split(",")
    return None if "RBAC" in enabled and "AlwaysAllow" not in enabled else Fail(modes, "Node,RBAC")


@rule(
    "BL-K8S-107",
    "API server has the required admission plugins enabled",
    failure="API server has a required admission plugin disabled",
    severity=Severity.HIGH,
    controls=ncsc("3", "5") + caf("B4.a", "B4.b") + cis_kubernetes("1.2.13") + iso("8.9") + mcsb("PV-2"),
    at=PLANES,
    fix="Remove the plugin from disable-admission-plugins.",
    example=_EXAMPLE,
)
def required_admission_plugins(
    plane: Value,
    *,
    guards: Required[str] = (
        "NamespaceLifecycle",
        "NodeRestriction",
        "PodSecurity",
        "ServiceAccount",
        "ValidatingAdmissionPolicy",
    ),
) -> Outcome:
    """PodSecurity enforces the Pod Security Standards of namespaces, and NodeRestriction limits what a node may change.
    Without them the labels and roles have no effect.
    """
    disabled = flag(plane, "disable-admission-plugins")
    off = [guard for guard in guards if guard in str(disabled.get("")).split(",")]
    return Fail(disabled, f"none of {', '.join(off)}") if off else None


def _parsed(file: Value) -> dict[str, Any]:
    import yaml

    parsed = yaml.safe_load(str(file.known))
    return parsed if isinstance(parsed, dict) else {}
