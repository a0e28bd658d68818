"""The main controls of the Pod Security Standards, for every kind of workload.

The fields and their meaning are those of the Kubernetes project's own admission plugin, k8s.io/pod-security-admission.
The other controls of the two levels are in `k8s_pod_baseline` and `k8s_pod_restricted`.
"""

from typing import Any, Final

from bluelamp.policies.controls import caf, cis_kubernetes, iso, mcsb, ncsc, pod_security
from bluelamp.policies.kubernetes._workloads import CONTAINERS, PODS, below, in_user_namespace, on_windows, pod_of
from bluelamp.policies.model import Severity
from bluelamp.policies.rule import Fail, NotApplicable, Outcome, rule
from bluelamp.policies.tighter import Allowed
from bluelamp.policies.value import Value, some

ON_WINDOWS: Final = "the pod runs on Windows, where the setting does not exist"
IN_USER_NAMESPACE: Final = "the pod has a user namespace of its own, in which root is an unprivileged user on the node"

EXAMPLE: Final = """
apiVersion: v1
kind: Pod
metadata: {name: records, namespace: records}
spec:
  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
  containers:
    - name: records
      image: registry.example/records@sha256:0000000000000000000000000000000000000000000000000000000000000000
      securityContext:
        privileged: false
        allowPrivilegeEscalation: false
        capabilities: {drop: [ALL]}
      ports: [{containerPort: 8080}]
      volumeMounts: [{name: scratch, mountPath: /tmp}]
  volumes: [{name: scratch, emptyDir: {}}]
"""


@rule(
    "BL-K8S-001",
    "Containers are not privileged",
    failure="Container is privileged",
    severity=Severity.CRITICAL,
    controls=ncsc("3")
    + caf("B4.a", "B4.b")
    + pod_security("baseline/privileged")
    + cis_kubernetes("5.2.2")
    + iso("8.22")
    + mcsb("PV-1"),
    at=below(CONTAINERS, "securityContext.privileged"),
    fix="Remove securityContext.privileged and add only the capability or device that is needed.",
    example=EXAMPLE,
)
def not_privileged(privileged: Value) -> Outcome:
    """A privileged container has full access to the node: its devices, all other containers and the
    node's credentials.
    """
    return Fail(privileged, False) if privileged.get(False) is not False else None


@rule(
    "BL-K8S-002",
    "Pods do not share host namespaces (network, PID, IPC)",
    failure="Pod shares a host namespace (network, PID or IPC)",
    severity=Severity.HIGH,
    controls=ncsc("3")
    + caf("B4.a")
    + pod_security("baseline/hostNamespaces")
    + cis_kubernetes("5.2.3", "5.2.4", "5.2.5")
    + iso("8.22")
    + mcsb("PV-1"),
    at=below(PODS, "hostNetwork", "hostPID", "hostIPC"),
    fix="Remove hostNetwork, hostPID and hostIPC from the pod.",
    example=EXAMPLE,
)
def no_host_namespaces(shared: Value) -> Outcome:
    """In the host's namespaces a container sees the traffic and processes of all pods on the node, and network policies
    do not apply to it.
    """
    return Fail(shared, False) if shared.get(False) is not False else None


@rule(
    "BL-K8S-003",
    "Containers disallow privilege escalation",
    failure="Container allows privilege escalation",
    severity=Severity.HIGH,
    controls=ncsc("3")
    + caf("B4.a", "B4.b")
    + pod_security("restricted/allowPrivilegeEscalation")
    + cis_kubernetes("5.2.6")
    + iso("8.2", "8.9")
    + mcsb("PV-1"),
    at=CONTAINERS,
    fix="Set securityContext.allowPrivilegeEscalation to false on every container.",
    example=EXAMPLE,
)
def no_privilege_escalation(container: Value) -> Outcome:
    """With privilege escalation, one setuid program in an image turns a compromised application into root."""
    if on_windows(pod_of(container)):
        return NotApplicable(ON_WINDOWS)
    allowed = container.at("securityContext.allowPrivilegeEscalation")
    if allowed.get(True) is False:
        return None
    return Fail(allowed, False, "Kubernetes' default is true" if allowed.missing else "")


@rule(
    "BL-K8S-004",
    "Containers run as non-root",
    failure="Container may run as root",
    severity=Severity.HIGH,
    controls=ncsc("3")
    + caf("B4.a", "B4.b")
    + pod_security("restricted/runAsNonRoot", "restricted/runAsUser")
    + cis_kubernetes("5.2.7")
    + iso("8.2", "8.9")
    + mcsb("PV-1"),
    at=CONTAINERS,
    fix="Set securityContext.runAsNonRoot to true on the pod, and build the image with a non-root user.",
    example=EXAMPLE,
)
def runs_as_non_root(container: Value) -> Outcome:
    """Root in a container is root on the node if the kernel or the container's configuration has a vulnerability. In a
    user namespace (hostUsers: false) it is an unprivileged user on the node, which the standard allows since Kubernetes
    1.35.
    """
    pod = pod_of(container)
    contexts = container["securityContext"], pod["securityContext"]
    root = some((each["runAsUser"] for each in contexts), lambda user: user.known == 0)
    failure = (
        Fail(root, "a user other than 0")
        if root
        else _decided(contexts, "runAsNonRoot", (True,), "Kubernetes' default is the user of the image")
    )
    return NotApplicable(IN_USER_NAMESPACE) if failure and in_user_namespace(pod) else failure


@rule(
    "BL-K8S-005",
    "Containers drop all Linux capabilities",
    failure="Container keeps Linux capabilities",
    severity=Severity.MEDIUM,
    controls=ncsc("3")
    + caf("B4.a")
    + pod_security("restricted/capabilities_restricted")
    + cis_kubernetes("5.2.8", "5.2.9", "5.2.10")
    + iso("8.2", "8.9"),
    at=CONTAINERS,
    fix="Drop ALL in securityContext.capabilities. Only NET_BIND_SERVICE may be added.",
    example=EXAMPLE,
)
def drops_capabilities(container: Value, *, addable: Allowed[str] = ("NET_BIND_SERVICE",)) -> Outcome:
    """By default a container has fourteen Linux capabilities, including one to forge packets."""
    if on_windows(pod_of(container)):
        return NotApplicable(ON_WINDOWS)
    capabilities = container.at("securityContext.capabilities")
    added = some(capabilities["add"].each(), lambda each: each.known not in addable)
    if added:
        return Fail(added, addable)
    dropped = some(capabilities["drop"].each(), lambda each: each.known == "ALL")
    return None if dropped else Fail(capabilities["drop"], ["ALL"])


@rule(
    "BL-K8S-006",
    "Pods do not mount hostPath volumes",
    failure="Pod mounts a hostPath volume",
    severity=Severity.CRITICAL,
    controls=ncsc("3")
    + caf("B4.a", "B3.c")
    + pod_security("baseline/hostPathVolumes")
    + cis_kubernetes("5.2.12")
    + iso("8.3", "8.22")
    + mcsb("PV-1"),
    at=below(PODS, "volumes[*].hostPath"),
    fix="Use an emptyDir, a projected volume or a PersistentVolumeClaim.",
    example=EXAMPLE,
)
def no_host_paths(path: Value) -> Outcome:
    """With access to the node's file system, a pod can read the secrets of all other pods and gain root."""
    return None if path.missing else Fail(path, "no hostPath volume")


@rule(
    "BL-K8S-007",
    "Pods have a seccomp profile",
    failure="Pod has no seccomp profile",
    severity=Severity.MEDIUM,
    controls=ncsc("3")
    + caf("B4.a")
    + pod_security("restricted/seccompProfile_restricted")
    + cis_kubernetes("5.7.2")
    + iso("8.9")
    + mcsb("PV-1"),
    at=CONTAINERS,
    fix="Set securityContext.seccompProfile.type to RuntimeDefault on the pod.",
    example=EXAMPLE,
)
def has_seccomp_profile(container: Value) -> Outcome:
    """Most container escapes use a system call that the application does not need."""
    if on_windows(pod_of(container)):
        return NotApplicable(ON_WINDOWS)
    contexts = container["securityContext"], pod_of(container)["securityContext"]
    return _decided(contexts, "seccompProfile.type", ("RuntimeDefault", "Localhost"), "Kubernetes' default is none")


def _decided(contexts: tuple[Value, Value], field: str, allowed: tuple[Any, ...], default: str) -> Outcome:
    """Whether `field` is one of `allowed` in the security contexts of a container and of its pod.

    At least one of them must set it. A disallowed value in either fails, even if the other overrides it.
    """
    values = [context.at(field) for context in contexts]
    disallowed = some(values, lambda each: not each.missing and each.known not in allowed)
    if disallowed:
        return Fail(disallowed, allowed if len(allowed) > 1 else allowed[0])
    if some(values, lambda each: not each.missing):
        return None
    return Fail(values[0], allowed if len(allowed) > 1 else allowed[0], default)
