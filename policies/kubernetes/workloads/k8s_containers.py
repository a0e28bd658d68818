"""What containers may write, take and see, beyond the Pod Security Standards."""

from typing import Final

from bluelamp.policies.controls import caf, cis_kubernetes, cyber_essentials, iso, mcsb, ncsc
from bluelamp.policies.kubernetes._workloads import CONTAINERS, PODS, RESOURCED, on_windows, pod_of
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
    "Containers cannot change their own programs",
    failure="Container has a writable root file system",
    severity=Severity.MEDIUM,
    controls=ncsc("3", "5") + caf("B4.b") + cyber_essentials("malware-protection") + iso("8.7", "8.9") + mcsb("PV-1"),
    at=CONTAINERS,
    fix="Set securityContext.readOnlyRootFilesystem to true, and mount an emptyDir where the program writes.",
    example=_EXAMPLE,
)
def has_read_only_root(container: Value) -> Outcome:
    """An intruder's first step is to fetch tools and to put them beside the program. A root file system that nobody can
    write to leaves him no place for them.
    """
    read_only = container.at("securityContext.readOnlyRootFilesystem")
    if read_only.get(False) is True:
        return None
    if on_windows(pod_of(container)):
        return NotApplicable(ON_WINDOWS)
    return Fail(read_only, True, "Kubernetes' default is false" if read_only.missing else "")


@rule(
    "BL-K8S-055",
    "Containers cannot fill the machine's disk",
    failure="Container has no ephemeral storage limit",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("5") + caf("B5.b") + iso("8.6"),
    at=RESOURCED,
    fix="Set resources.limits.ephemeral-storage.",
    example=_EXAMPLE,
)
def limits_storage(container: Value) -> Outcome:
    """Logs and scratch files of one container can fill the disk of the machine, which then throws everybody's pods
    out.
    """
    limit = container.at("resources.limits.ephemeral-storage")
    return Fail(limit, "a limit") if limit.missing else None


@rule(
    "BL-K8S-057",
    "Containers of a pod do not see one another's processes",
    must=Must("shareProcessNamespace", be=False, default=False),
    failure="Pod shares processes between its containers",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("3") + caf("B4.a") + iso("8.22"),
    at=PODS,
    fix="Remove shareProcessNamespace.",
    example=_EXAMPLE,
)
def own_processes() -> None:
    """With one list of processes for all, a container that is broken into reads the memory, the environment and the
    files of its neighbours.
    """


@rule(
    "BL-K8S-090",
    "No secret stands in a ConfigMap",
    failure="ConfigMap contains a secret",
    severity=Severity.HIGH,
    controls=ncsc("2.3", "10") + caf("B2.a", "B3.c") + cis_kubernetes("5.4.1") + iso("5.17", "8.24") + mcsb("IM-8"),
    at={CONFIG_MAP: "data"},
    fix="Move the value to a Secret, best one that External Secrets writes.",
    example="""
apiVersion: v1
kind: ConfigMap
metadata: {name: records, namespace: records}
data: {LOG_LEVEL: info, DATABASE_PASSWORD_FILE: /run/secrets/database}
""",
)
def no_secret_in_config_map(data: Value) -> Outcome:
    """ConfigMaps are read by whoever may look at a namespace, are not encrypted at rest, and end up in every backup and
    support bundle.
    """
    secret = some(data.each(), lambda each: is_secret(str(each.key), each))
    return Fail(secret, "nothing: a Secret holds it", show=False) if secret else None


@rule(
    "BL-K8S-089",
    "Secrets come from a vault, not from a manifest",
    failure="Secret is stored in a manifest instead of a vault",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("2.3", "10")
    + caf("B3.c", "B2.a")
    + cis_kubernetes("5.4.2")
    + iso("5.17", "8.24")
    + mcsb("IM-8", "DP-7"),
    at=SECRET,
    fix="Replace the Secret by an ExternalSecret that names the key in the force's vault.",
    example="""
apiVersion: v1
kind: Secret
metadata: {name: robot, namespace: records, annotations: {kubernetes.io/service-account.name: robot}}
type: kubernetes.io/service-account-token
""",
)
def holds_no_data(secret: Value) -> Outcome:
    """Base64 is no encryption. A secret that is written down with the workload is in the repository, in its history and
    in every copy of both, and nobody can change it in one place.
    """
    held = some((secret["data"], secret["stringData"]), lambda each: any(True for _ in each.each()))
    return Fail(held, "nothing: a vault holds it", show=False) if held else None
