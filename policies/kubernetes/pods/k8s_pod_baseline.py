"""Further controls of the Pod Security Standards' baseline level.

The lists are those of Kubernetes 1.36. Each is a parameter, since older versions have shorter ones.
"""

from typing import Final

from bluelamp.policies.controls import caf, cis_kubernetes, iso, mcsb, ncsc, pod_security
from bluelamp.policies.kubernetes._workloads import (
    CONTAINERS,
    CONTEXTS,
    METADATA,
    PODS,
    below,
    in_user_namespace,
    pod_of,
    present,
)
from bluelamp.policies.kubernetes.pods.k8s_pods import EXAMPLE, IN_USER_NAMESPACE
from bluelamp.policies.model import Severity
from bluelamp.policies.rule import Fail, Must, NotApplicable, Outcome, rule
from bluelamp.policies.tighter import Allowed
from bluelamp.policies.value import Value, some

_PROFILES: Final = ("RuntimeDefault", "Localhost")
_HANDLERS: Final = ("livenessProbe", "readinessProbe", "startupProbe", "lifecycle.postStart", "lifecycle.preStop")
_APPARMOR: Final = "container.apparmor.security.beta.kubernetes.io/"


@rule(
    "BL-K8S-008",
    "Containers add only capabilities of the Pod Security baseline",
    failure="Container adds a capability outside the Pod Security baseline",
    severity=Severity.HIGH,
    controls=ncsc("3")
    + caf("B4.a")
    + pod_security("baseline/capabilities_baseline")
    + cis_kubernetes("5.2.9")
    + iso("8.2"),
    at=below(CONTAINERS, "securityContext.capabilities.add[*]"),
    fix="Remove the capability from securityContext.capabilities.add, or move the function to a platform component.",
    example=EXAMPLE,
)
def baseline_capabilities_only(
    capability: Value,
    *,
    allowed: Allowed[str] = (
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    ),
) -> Outcome:
    """NET_ADMIN changes the node's network and SYS_ADMIN is close to full root. A capability beyond the default set can
    lead to control of the node.
    """
    return Fail(capability, allowed) if capability.known not in allowed else None


@rule(
    "BL-K8S-009",
    "Containers do not use host ports",
    must=Must("hostPort", be=0, default=0),
    failure="Container uses a host port",
    severity=Severity.HIGH,
    controls=ncsc("3", "11")
    + caf("B4.a")
    + pod_security("baseline/hostPorts")
    + cis_kubernetes("5.2.13")
    + mcsb("NS-1"),
    at=below(CONTAINERS, "ports[*]"),
    fix="Remove hostPort and expose the pod through a Service.",
    example=EXAMPLE,
)
def no_host_ports() -> None:
    """A host port is open to everyone who can reach the node, bypasses network policies and gateways, and lets a pod
    impersonate another service on the node.
    """


@rule(
    "BL-K8S-040",
    "Pods do not disable AppArmor",
    failure="Pod has AppArmor disabled",
    severity=Severity.HIGH,
    controls=ncsc("3") + caf("B4.a") + pod_security("baseline/appArmorProfile") + iso("8.9") + mcsb("PV-1"),
    at={
        kind: (*(f"{context}.appArmorProfile" for context in CONTEXTS[kind]), f"{METADATA[kind]}.annotations")
        for kind in PODS
    },
    fix="Remove appArmorProfile and the AppArmor annotations, or set RuntimeDefault or a profile of the node.",
    example=EXAMPLE,
)
def apparmor_not_disabled(place: Value) -> Outcome:
    """The runtime's AppArmor profile stops a container's root from mounting disks and writing to kernel interfaces.
    Unconfined removes this protection, in the field or in the older annotation.
    """
    if place.key == "annotations":
        disabled = some(place.each(), _switches_apparmor_off)
        return Fail(disabled, ("runtime/default", "localhost/…")) if disabled else None
    if place.missing or place["type"].known in _PROFILES:
        return None
    return Fail(place["type"], _PROFILES)


def _switches_apparmor_off(annotation: Value) -> bool:
    if not str(annotation.key).startswith(_APPARMOR):
        return False
    profile = str(annotation.get(""))
    return profile not in {"", "runtime/default"} and not profile.startswith("localhost/")


@rule(
    "BL-K8S-041",
    "Pods do not set SELinux users, roles or privileged types",
    failure="Pod sets an SELinux user or role, or a privileged type",
    severity=Severity.HIGH,
    controls=ncsc("3") + caf("B4.a") + pod_security("baseline/seLinuxOptions") + iso("8.9"),
    at={kind: tuple(f"{context}.seLinuxOptions" for context in contexts) for kind, contexts in CONTEXTS.items()},
    fix="Remove user and role from seLinuxOptions, and use one of the container types.",
    example=EXAMPLE,
)
def baseline_selinux_options(
    options: Value,
    *,
    types: Allowed[str] = ("", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"),
) -> Outcome:
    """SELinux isolates containers from the node by labels. The type spc_t, or a custom user or role, gives a container
    the node's label.
    """
    if options["type"].get("") not in types:
        return Fail(options["type"], types)
    set_ = some((options["user"], options["role"]), lambda each: bool(each.known))
    return Fail(set_, "nothing") if set_ else None


@rule(
    "BL-K8S-042",
    "Pods set safe sysctls only",
    failure="Pod sets an unsafe sysctl",
    severity=Severity.HIGH,
    controls=ncsc("3") + caf("B4.a") + pod_security("baseline/sysctls") + iso("8.9"),
    at=below(PODS, "securityContext.sysctls[*]"),
    fix="Remove the sysctl from the pod. Set parameters of the node in the node's configuration.",
    example=EXAMPLE,
)
def safe_sysctls_only(
    sysctl: Value,
    *,
    allowed: Allowed[str] = (
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_wmem",
    ),
) -> Outcome:
    """Most kernel parameters apply to the whole node. A pod that sets one changes it for all pods, including their
    protections.
    """
    name = sysctl["name"]
    return Fail(name, allowed) if name.known not in allowed else None


@rule(
    "BL-K8S-043",
    "Containers outside user namespaces use the default /proc mount",
    failure="Container outside a user namespace unmasks /proc",
    severity=Severity.HIGH,
    controls=ncsc("3") + caf("B4.a") + pod_security("baseline/procMount") + iso("8.9"),
    at=CONTAINERS,
    fix="Remove securityContext.procMount, or give the pod a user namespace with hostUsers: false.",
    example=EXAMPLE,
)
def default_proc_mount(container: Value) -> Outcome:
    """An unmasked /proc exposes the node's kernel to reads and changes. In a user namespace the container's root has no
    such rights, which the standard allows since Kubernetes 1.35.
    """
    mount = container.at("securityContext.procMount")
    if mount.get("Default") == "Default":
        return None
    return NotApplicable(IN_USER_NAMESPACE) if in_user_namespace(pod_of(container)) else Fail(mount, "Default")


@rule(
    "BL-K8S-045",
    "Windows containers are not HostProcess containers",
    must=Must("windowsOptions.hostProcess", be=False, default=False),
    failure="Windows container is a HostProcess container",
    severity=Severity.CRITICAL,
    controls=ncsc("3")
    + caf("B4.a")
    + pod_security("baseline/windowsHostProcess")
    + cis_kubernetes("5.2.11")
    + mcsb("PV-1"),
    at=CONTEXTS,
    fix="Remove windowsOptions.hostProcess.",
    example=EXAMPLE,
)
def no_host_process() -> None:
    """A HostProcess container runs directly on the Windows node, with administrator rights if it chooses."""


@rule(
    "BL-K8S-046",
    "Probes and lifecycle hooks do not set a host",
    failure="Probe or lifecycle hook connects to another host",
    severity=Severity.MEDIUM,
    controls=ncsc("3", "11") + caf("B4.a") + pod_security("baseline/hostProbesAndHostLifecycle") + mcsb("NS-1"),
    at=CONTAINERS,
    fix="Remove host from httpGet and tcpSocket of probes and lifecycle hooks. Set a Host header in httpHeaders.",
    example=EXAMPLE,
)
def probes_set_no_host(container: Value) -> Outcome:
    """The kubelet sends probes from the node. With another host, a probe can reach the metadata service, the kubelet,
    or networks that pods cannot access.
    """
    handlers = present(container.at(handler) for handler in _HANDLERS)
    hosts = (handler[how]["host"] for handler in handlers for how in ("httpGet", "tcpSocket"))
    other = some(hosts, lambda host: bool(host.known))
    return Fail(other, "nothing") if other else None


@rule(
    "BL-K8S-047",
    "Pods do not disable seccomp",
    failure="Pod has seccomp disabled",
    severity=Severity.HIGH,
    controls=ncsc("3") + caf("B4.a") + pod_security("baseline/seccompProfile_baseline") + cis_kubernetes("5.7.2"),
    at={kind: tuple(f"{context}.seccompProfile" for context in contexts) for kind, contexts in CONTEXTS.items()},
    fix="Remove seccompProfile, or set RuntimeDefault or a profile of the node (Localhost).",
    example=EXAMPLE,
)
def seccomp_not_disabled(profile: Value) -> Outcome:
    """Unconfined allows every system call of the kernel, including those used in container escapes."""
    if profile.missing or profile["type"].known in _PROFILES:
        return None
    return Fail(profile["type"], _PROFILES)
