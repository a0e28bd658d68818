"""Container settings beyond the Pod Security Standards, and secrets in objects."""

from typing import Final

from bluelamp.policies.controls import caf, cis_kubernetes, cyber_essentials, iso, mcsb, ncsc
from bluelamp.policies.kubernetes._workloads import CONTAINERS, NO_LIMIT, PODS, RESOURCED, is_zero, on_windows, pod_of
from bluelamp.policies.kubernetes.pods.k8s_pods import ON_WINDOWS
from bluelamp.policies.literal_secrets import is_secret
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, Must, NotApplicable, Outcome, rule
from bluelamp.policies.value import Value, some

CONFIG_MAP: Final = "kubernetes:core/v1:ConfigMap"
SECRET: Final = "kubernetes:core/v1:Secret"  # noqa: S105 - a type

_EXAMPLE: Final = """
apiVersion: v1
kind: Pod
metadata: {name: records, namespace: records}
spec:
  shareProcessNamespace: false
  containers:
    - name: records
      securityContext: {readOnlyRootFilesystem: true}
      resources: {limits: {ephemeral-storage: 1Gi}}
      volumeMounts: [{name: scratch, mountPath: /tmp}]
  volumes: [{name: scratch, emptyDir: {sizeLimit: 1Gi}}]
"""


@rule(
    "BL-K8S-052",
    "Containers have a read-only root file system",
    failure="Container has a writable root file system",
    severity=Severity.MEDIUM,
    controls=ncsc("3", "5") + caf("B4.b") + cyber_essentials("malware-protection") + iso("8.7", "8.9") + mcsb("PV-1"),
    at=CONTAINERS,
    fix="Set securityContext.readOnlyRootFilesystem to true, and mount an emptyDir for writable data.",
    example=_EXAMPLE,
)
def has_read_only_root(container: Value) -> Outcome:
    """Attackers download tools and change programs in the container. A read-only root file system prevents both."""
    read_only = container.at("securityContext.readOnlyRootFilesystem")
    if read_only.get(False) is True:
        return None
    if on_windows(pod_of(container)):
        return NotApplicable(ON_WINDOWS)
    return Fail(read_only, True, "Kubernetes' default is false" if read_only.missing else "")


@rule(
    "BL-K8S-055",
    "Containers have an ephemeral storage limit",
    failure="Container has no ephemeral storage limit",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("5") + caf("B5.b") + iso("8.6"),
    at=RESOURCED,
    fix="Set resources.limits.ephemeral-storage.",
    example=_EXAMPLE,
)
def limits_storage(container: Value) -> Outcome:
    """Logs and temporary files of one container can fill the node's disk, and the node then evicts other pods."""
    limit = container.at("resources.limits.ephemeral-storage")
    if limit.missing:
        return Fail(limit, "a limit")
    return Fail(limit, "more than 0", NO_LIMIT) if is_zero(limit) else None


@rule(
    "BL-K8S-057",
    "Pods do not share a process namespace between containers",
    must=Must("shareProcessNamespace", be=False, default=False),
    failure="Pod shares a process namespace between its containers",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("3") + caf("B4.a") + iso("8.22"),
    at=PODS,
    fix="Remove shareProcessNamespace.",
    example=_EXAMPLE,
)
def own_processes() -> None:
    """In a shared process namespace, a compromised container can read the memory, environment and files
    of the others.
    """


@rule(
    "BL-K8S-090",
    "ConfigMaps contain no secrets",
    failure="ConfigMap contains a secret",
    severity=Severity.HIGH,
    controls=ncsc("2.3", "10") + caf("B2.a", "B3.c") + cis_kubernetes("5.4.1") + iso("5.17", "8.24") + mcsb("IM-8"),
    at={CONFIG_MAP: "data"},
    fix="Move the value to a Secret, preferably one that External Secrets writes.",
    example="""
apiVersion: v1
kind: ConfigMap
metadata: {name: records, namespace: records}
data: {LOG_LEVEL: info, DATABASE_PASSWORD_FILE: /run/secrets/database}
""",
)
def no_secret_in_config_map(data: Value) -> Outcome:
    """Anyone who may read the namespace can read ConfigMaps. They are not encrypted at rest, and are included in
    backups and support bundles.
    """
    secret = some(data.each(), lambda each: is_secret(str(each.key), each))
    return Fail(secret, "no secret: store it in a Secret", show=False) if secret else None


@rule(
    "BL-K8S-089",
    "Secrets are stored in a vault, not in manifests",
    failure="Secret is stored in a manifest instead of a vault",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("2.3", "10")
    + caf("B3.c", "B2.a")
    + cis_kubernetes("5.4.2")
    + iso("5.17", "8.24")
    + mcsb("IM-8", "DP-7"),
    at=SECRET,
    fix="Replace the Secret with an ExternalSecret that refers to the key in the force's vault.",
    example="""
apiVersion: v1
kind: Secret
metadata: {name: robot, namespace: records, annotations: {kubernetes.io/service-account.name: robot}}
type: kubernetes.io/service-account-token
""",
)
def holds_no_data(secret: Value) -> Outcome:
    """Base64 is not encryption. A secret in a manifest is in the repository, its history and every copy, and cannot be
    rotated in one place.
    """
    filled = some((secret["data"], secret["stringData"]), lambda each: any(True for _ in each.each()))
    return Fail(filled, "no secret: store it in a vault", show=False) if filled else None
