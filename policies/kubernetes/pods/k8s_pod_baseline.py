"""The rest of the Pod Security Standards' baseline: what no pod may have, whoever runs it.

The lists are those of Kubernetes 1.36. Each is a parameter, for a cluster that runs an older version has shorter ones.
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
    "No container adds a capability beyond the usual ones",
    failure="Container adds a capability beyond the Pod Security baseline",
    severity=Severity.HIGH,
    controls=ncsc("3")
    + caf("B4.a")
    + pod_security("baseline/capabilities_baseline")
    + cis_kubernetes("5.2.9")
    + iso("8.2"),
    at=below(CONTAINERS, "securityContext.capabilities.add[*]"),
    fix="Take the capability out of securityContext.capabilities.add, or move the work to a component of the platform.",
    example=EXAMPLE,
)
def adds_usual_capabilities(
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
    """NET_ADMIN rewrites the machine's network, SYS_ADMIN is nearly all of root: a capability beyond those that every
    container has is a door to the machine.
    """
    return Fail(capability, allowed) if capability.known not in allowed else None


@rule(
    "BL-K8S-009",
    "No container takes a port of the machine",
    must=Must("hostPort", be=0, default=0),
    failure="Container uses a host port",
    severity=Severity.HIGH,
    controls=ncsc("3", "11")
    + caf("B4.a")
    + pod_security("baseline/hostPorts")
    + cis_kubernetes("5.2.13")
    + mcsb("NS-1"),
    at=below(CONTAINERS, "ports[*]"),
    fix="Remove hostPort and reach the pod by a Service.",
    example=EXAMPLE,
)
def no_host_ports() -> None:
    """A port of the machine is open to everybody who reaches the machine, past every network policy and gateway, and it
    lets a pod answer in the name of whatever else should be listening there.
    """


@rule(
    "BL-K8S-040",
    "AppArmor is not switched off",
    failure="Pod has AppArmor disabled",
    severity=Severity.HIGH,
    controls=ncsc("3") + caf("B4.a") + pod_security("baseline/appArmorProfile") + iso("8.9") + mcsb("PV-1"),
    at={
        kind: (*(f"{context}.appArmorProfile" for context in CONTEXTS[kind]), f"{METADATA[kind]}.annotations")
        for kind in PODS
    },
    fix="Remove appArmorProfile and the AppArmor annotations, or name RuntimeDefault or a profile of the machine.",
    example=EXAMPLE,
)
def keeps_apparmor(place: Value) -> Outcome:
    """The runtime's AppArmor profile keeps a container's root from mounting disks and from writing to the kernel.
    Unconfined takes that away, by the field as by the annotation that went before it.
    """
    if place.key == "annotations":
        wrong = some(place.each(), _switches_apparmor_off)
        return Fail(wrong, ("runtime/default", "localhost/…")) if wrong else None
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
    "No pod chooses an SELinux role or a privileged type",
    failure="Pod sets an SELinux user or role, or a privileged type",
    severity=Severity.HIGH,
    controls=ncsc("3") + caf("B4.a") + pod_security("baseline/seLinuxOptions") + iso("8.9"),
    at={kind: tuple(f"{context}.seLinuxOptions" for context in contexts) for kind, contexts in CONTEXTS.items()},
    fix="Remove user and role from seLinuxOptions, and name one of the container types.",
    example=EXAMPLE,
)
def keeps_selinux(
    options: Value,
    *,
    types: Allowed[str] = ("", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"),
) -> Outcome:
    """SELinux tells containers from the machine by their labels; spc_t, or a user and role of one's own, is the label
    of the machine.
    """
    if options["type"].get("") not in types:
        return Fail(options["type"], types)
    set_ = some((options["user"], options["role"]), lambda each: bool(each.known))
    return Fail(set_, "nothing") if set_ else None


@rule(
    "BL-K8S-042",
    "Pods set only kernel parameters of their own",
    failure="Pod sets an unsafe kernel parameter",
    severity=Severity.HIGH,
    controls=ncsc("3") + caf("B4.a") + pod_security("baseline/sysctls") + iso("8.9"),
    at=below(PODS, "securityContext.sysctls[*]"),
    fix="Remove the sysctl from the pod; a parameter of the whole machine belongs to the machine's own configuration.",
    example=EXAMPLE,
)
def sets_safe_sysctls(
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
    """Most kernel parameters are the machine's, and a pod that sets one sets it for everybody, the protections of the
    others included.
    """
    name = sysctl["name"]
    return Fail(name, allowed) if name.known not in allowed else None


@rule(
    "BL-K8S-043",
    "The masks over /proc stay, outside user namespaces",
    failure="Container unmasks /proc outside a user namespace",
    severity=Severity.HIGH,
    controls=ncsc("3") + caf("B4.a") + pod_security("baseline/procMount") + iso("8.9"),
    at=CONTAINERS,
    fix="Remove securityContext.procMount, or give the pod a user namespace with hostUsers: false.",
    example=EXAMPLE,
)
def masks_proc(container: Value) -> Outcome:
    """Unmasked, /proc shows and changes the machine's kernel. In a user namespace of its own the container's root may
    not, which the standard allows since Kubernetes 1.35.
    """
    mount = container.at("securityContext.procMount")
    if mount.get("Default") == "Default":
        return None
    return NotApplicable(IN_USER_NAMESPACE) if in_user_namespace(pod_of(container)) else Fail(mount, "Default")


@rule(
    "BL-K8S-045",
    "No Windows container runs as a process of the machine",
    must=Must("windowsOptions.hostProcess", be=False, default=False),
    failure="Windows container runs as a HostProcess container",
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
    """A HostProcess container is no container: it runs on the Windows machine itself, as its administrator if it likes."""


@rule(
    "BL-K8S-046",
    "Probes and hooks ask nobody but their own pod",
    failure="Probe or lifecycle hook connects to another host",
    severity=Severity.MEDIUM,
    controls=ncsc("3", "11") + caf("B4.a") + pod_security("baseline/hostProbesAndHostLifecycle") + mcsb("NS-1"),
    at=CONTAINERS,
    fix="Remove host from httpGet and tcpSocket of probes and lifecycle hooks; a Host header goes into httpHeaders.",
    example=EXAMPLE,
)
def probes_only_itself(container: Value) -> Outcome:
    """It is the machine that sends a probe. With a host of one's choice it sends it to the metadata service, to the
    kubelet, or into a network that no pod may reach.
    """
    handlers = present(container.at(handler) for handler in _HANDLERS)
    hosts = (handler[how]["host"] for handler in handlers for how in ("httpGet", "tcpSocket"))
    asked = some(hosts, lambda host: bool(host.known))
    return Fail(asked, "nothing") if asked else None


@rule(
    "BL-K8S-047",
    "The filter of system calls is not switched off",
    failure="Pod has seccomp disabled",
    severity=Severity.HIGH,
    controls=ncsc("3") + caf("B4.a") + pod_security("baseline/seccompProfile_baseline") + cis_kubernetes("5.7.2"),
    at={kind: tuple(f"{context}.seccompProfile" for context in contexts) for kind, contexts in CONTEXTS.items()},
    fix="Remove seccompProfile, or name RuntimeDefault or a profile of the machine (Localhost).",
    example=EXAMPLE,
)
def keeps_seccomp(profile: Value) -> Outcome:
    """Unconfined opens every system call of the kernel, among them those that escapes from containers are made of."""
    if profile.missing or profile["type"].known in _PROFILES:
        return None
    return Fail(profile["type"], _PROFILES)
