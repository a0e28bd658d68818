"""Cross-field validation of a pod or pod template, in addition to workloads.py.

Source: Kubernetes v1.36, `ValidatePodSpec` in `pkg/apis/core/validation`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from bluelamp.rehearsal.kubernetes.formats import is_quantity, quantity, wrong
from bluelamp.rehearsal.kubernetes.podspecs import containers, dig, items
from bluelamp.rehearsal.kubernetes.schema import join
from bluelamp.rehearsal.provider import Failure
from bluelamp.rehearsal.values import UNKNOWN, has_unknown, plain

Object = Mapping[str, Any]
_OVERCOMMITTED = ("cpu", "memory", "ephemeral-storage")
_LINUX_POD = (
    *("appArmorProfile", "seLinuxOptions", "seccompProfile", "fsGroup", "fsGroupChangePolicy", "sysctls", "runAsUser"),
    *("runAsGroup", "supplementalGroups", "supplementalGroupsPolicy", "seLinuxChangePolicy"),
)
_LINUX_CONTAINER = (
    *("appArmorProfile", "seLinuxOptions", "seccompProfile", "capabilities", "readOnlyRootFilesystem", "privileged"),
    *("allowPrivilegeEscalation", "procMount", "runAsUser", "runAsGroup"),
)
_NAMESPACED_SYSCTLS = ("net.", "kernel.shm", "kernel.msg", "kernel.sem", "fs.mqueue.")


def failures(pod: Object, path: str, claims: set[Any]) -> Iterator[Failure]:
    """The failures of the pod at `path` (empty if the object is the pod).

    `claims` are the names of volumes from `volumeClaimTemplates`.
    """
    at = f"{path}.spec" if path else "spec"
    spec = plain(dig(pod, "spec"))
    if not isinstance(spec, Mapping):
        return
    yield from _host(spec, at)
    yield from _system(spec, at, pod, path)
    yield from _names(spec, at)
    yield from _pod_resources(spec, at, pod, path)
    for where, container in containers(pod, path):
        found = plain(container)
        yield from _probes(found, where, spec)
        yield from _mounts(found, where, spec, claims)
        yield from _resources(found.get("resources"), f"{where}.resources", spec)
        yield from _host_ports(found, where, spec)
        yield from _unmasked(found, where, spec)


def _host(spec: Object, at: str) -> Iterator[Failure]:
    if spec.get("ephemeralContainers"):
        yield Failure(f"{at}.ephemeralContainers", "not allowed here: they are added to a pod that runs")
    if spec.get("hostUsers") is False:
        for key in ("hostNetwork", "hostPID", "hostIPC"):
            if spec.get(key) is True:
                yield Failure(f"{at}.{key}", "not allowed when hostUsers is false")
    if spec.get("hostPID") is True and spec.get("shareProcessNamespace") is True:
        yield Failure(f"{at}.shareProcessNamespace", "cannot be combined with hostPID")
    if spec.get("dnsPolicy") == "None" and not dig(spec, "dnsConfig.nameservers"):
        yield Failure(f"{at}.dnsConfig.nameservers", "required for the DNS policy None")
    override = spec.get("hostnameOverride")
    if isinstance(override, str):
        if reason := wrong("dns-subdomain", override) or ("is empty" if not override else ""):
            yield Failure(f"{at}.hostnameOverride", f'"{override}" {reason}')
        elif len(override) > 64:
            yield Failure(f"{at}.hostnameOverride", f"must have at most 64 characters, not {len(override)}")
        for key in ("setHostnameAsFQDN", "hostNetwork"):
            if spec.get(key) is True:
                yield Failure(f"{at}.hostnameOverride", f"cannot be combined with {key}")


def _system(spec: Object, at: str, pod: Object, path: str) -> Iterator[Failure]:
    """Fields that belong to another operating system."""
    name = dig(spec, "os.name")
    context = spec.get("securityContext")
    context = context if isinstance(context, Mapping) else {}
    inner = [(where, plain(dig(each, "securityContext")) or {}) for where, each in containers(pod, path)]
    if name == "linux":
        for where, given in [(at, context), *inner]:
            if isinstance(given, Mapping) and given.get("windowsOptions") is not None:
                yield Failure(f"{where}.securityContext.windowsOptions", "not allowed for a linux pod")
    if name == "windows":
        for key in ("hostUsers", "hostPID", "hostIPC", "shareProcessNamespace", "resources"):
            if spec.get(key) not in (None, False) or (key in ("hostUsers", "shareProcessNamespace") and key in spec):
                yield Failure(f"{at}.{key}", "not allowed for a windows pod")
        for where, given, fields in [(at, context, _LINUX_POD), *((*each, _LINUX_CONTAINER) for each in inner)]:
            for key in fields if isinstance(given, Mapping) else ():
                if given.get(key) is not None and given.get(key) != []:
                    yield Failure(f"{where}.securityContext.{key}", "not allowed for a windows pod")
    yield from _sysctls(context, f"{at}.securityContext", spec)


def _sysctls(context: Object, at: str, spec: Object) -> Iterator[Failure]:
    seen: set[Any] = set()
    for where, each in items(context, "sysctls"):
        name = str(each.get("name")).replace("/", ".")
        if name in seen:
            yield Failure(f"{at}.{where}.name", f'duplicate value "{name}"')
        seen.add(name)
        if spec.get("hostNetwork") is True and name.startswith("net."):
            yield Failure(f"{at}.{where}.name", f"{name} is not allowed with hostNetwork")
        if spec.get("hostIPC") is True and name.startswith(_NAMESPACED_SYSCTLS[1:]):
            yield Failure(f"{at}.{where}.name", f"{name} is not allowed with hostIPC")


def _names(spec: Object, at: str) -> Iterator[Failure]:
    account = spec.get("serviceAccount")
    alone = isinstance(account, str) and account and not spec.get("serviceAccountName")
    if alone and (reason := wrong("dns-subdomain", account)):
        yield Failure(f"{at}.serviceAccount", f'"{account}" {reason}')
    spread: set[tuple[Any, Any]] = set()
    for where, each in items(spec, "topologySpreadConstraints"):
        pair = (each.get("topologyKey"), each.get("whenUnsatisfiable"))
        if pair in spread:
            yield Failure(f"{at}.{where}", f"duplicate value {pair[0]} and {pair[1]}")
        spread.add(pair)
    for where, volume in items(spec, "volumes"):
        yield from _projected(volume, f"{at}.{where}")
    if has_unknown(spec.get("resourceClaims")):
        return
    claims = {each.get("name") for _, each in items(spec, "resourceClaims")}
    for field in ("initContainers", "containers"):
        for where, container in items(spec, field):
            for place, claim in items(container, "resources.claims"):
                if claim.get("name") not in claims:
                    yield Failure(
                        f"{at}.{where}.{place}.name", f'no resource claim "{claim.get("name")}" in {at}.resourceClaims'
                    )


def _projected(volume: Object, at: str) -> Iterator[Failure]:
    for field in ("configMap", "secret", "downwardAPI"):
        seen: set[Any] = set()
        for where, each in items(volume, f"{field}.items"):
            if field == "downwardAPI" and each.get("path") in seen:
                yield Failure(f"{at}.{where}.path", f'duplicate value "{each.get("path")}"')
            seen.add(each.get("path"))
    paths: dict[Any, str] = {}
    for where, source in items(volume, "projected.sources"):
        for kind in ("secret", "configMap", "downwardAPI"):
            for place, each in items(source, f"{kind}.items"):
                yield from _duplicates(paths, each.get("path"), f"{at}.{where}.{place}.path")
        for kind in ("serviceAccountToken", "clusterTrustBundle"):
            if isinstance(source.get(kind), Mapping):
                yield from _duplicates(paths, source[kind].get("path"), f"{at}.{where}.{kind}.path")


def _duplicates(seen: dict[Any, str], path: Any, at: str) -> Iterator[Failure]:
    if isinstance(path, str) and path and seen.setdefault(path, at) != at:
        yield Failure(at, f'duplicate value "{path}", already at {seen[path]}')


def _probes(container: Object, where: str, spec: Object) -> Iterator[Failure]:
    init = ".initContainers[" in where
    sidecar = init and container.get("restartPolicy") == "Always"
    if init and not sidecar:
        for key in ("livenessProbe", "readinessProbe", "startupProbe", "lifecycle"):
            if container.get(key) is not None:
                yield Failure(f"{where}.{key}", "not allowed for an init container whose restartPolicy is not Always")
        return
    for key in ("livenessProbe", "startupProbe"):
        probe = container.get(key)
        if isinstance(probe, Mapping) and probe.get("successThreshold") not in (None, 0, 1, UNKNOWN):
            yield Failure(f"{where}.{key}.successThreshold", f"must be 1, not {probe['successThreshold']}")
        grace = probe.get("terminationGracePeriodSeconds") if isinstance(probe, Mapping) else None
        if isinstance(grace, int) and grace <= 0:
            yield Failure(f"{where}.{key}.terminationGracePeriodSeconds", "must be more than 0")
    if dig(container, "readinessProbe.terminationGracePeriodSeconds") is not None:
        yield Failure(f"{where}.readinessProbe.terminationGracePeriodSeconds", "not allowed for a readiness probe")
    grace = spec.get("terminationGracePeriodSeconds", 30)
    for hook in ("preStop", "postStart"):
        seconds = dig(container, f"lifecycle.{hook}.sleep.seconds")
        if isinstance(seconds, int) and isinstance(grace, int) and seconds > max(grace, 1):
            yield Failure(
                f"{where}.lifecycle.{hook}.sleep.seconds", f"{seconds} is more than the grace period of {grace}"
            )


def _mounts(container: Object, where: str, spec: Object, claims: set[Any]) -> Iterator[Failure]:
    volumes = spec.get("volumes") or ()
    if has_unknown(volumes):
        return
    known = {each.get("name"): each for each in volumes if isinstance(each, Mapping)}
    paths: dict[Any, str] = {}
    for field, key in (("volumeMounts", "mountPath"), ("volumeDevices", "devicePath")):
        for place, each in items(container, field):
            at = f"{where}.{place}"
            yield from _duplicates(paths, each.get(key), f"{at}.{key}")
            if field == "volumeDevices":
                name = each.get("name")
                volume = known.get(name)
                if volume is None and isinstance(name, str) and name not in claims:
                    yield Failure(f"{at}.name", f'no volume "{name}" in the volumes of the pod')
                if volume is not None and "persistentVolumeClaim" not in volume and "ephemeral" not in volume:
                    yield Failure(f"{at}.name", "must name a volume with persistentVolumeClaim or ephemeral")
            elif each.get("mountPropagation") == "Bidirectional" and not _privileged(container):
                yield Failure(f"{at}.mountPropagation", "Bidirectional needs securityContext.privileged: true")
    mounted = {each.get("name") for _, each in items(container, "volumeMounts")}
    for place, each in items(container, "volumeDevices"):
        if each.get("name") in mounted:
            yield Failure(f"{where}.{place}.name", f'"{each.get("name")}" is in volumeMounts too')


def _privileged(container: Object) -> bool:
    return dig(container, "securityContext.privileged") in (True, UNKNOWN)


def _host_ports(container: Object, where: str, spec: Object) -> Iterator[Failure]:
    for place, port in items(container, "ports"):
        host, inner = port.get("hostPort"), port.get("containerPort")
        if spec.get("hostNetwork") is True and isinstance(host, int) and host and host != inner:
            yield Failure(f"{where}.{place}.hostPort", f"must be {inner}, the container's port, with hostNetwork")


def _unmasked(container: Object, where: str, spec: Object) -> Iterator[Failure]:
    if dig(container, "securityContext.procMount") == "Unmasked" and spec.get("hostUsers") not in (False, UNKNOWN):
        yield Failure(f"{where}.securityContext.procMount", "Unmasked needs spec.hostUsers: false")


def _resources(resources: Any, at: str, spec: Object) -> Iterator[Failure]:
    """Container resources: request and limit are equal for resources that cannot be overcommitted."""
    del spec
    if not isinstance(resources, Mapping) or has_unknown(resources):
        return
    limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
    if not isinstance(limits, Mapping) or not isinstance(requests, Mapping):
        return
    for name, amount in requests.items():
        if name in _OVERCOMMITTED:
            continue
        limit = limits.get(name)
        if limit is None:
            yield Failure(join(f"{at}.limits", name), "required: this resource cannot be overcommitted")
        elif is_quantity(limit) and is_quantity(amount) and quantity(limit) != quantity(amount):
            yield Failure(join(f"{at}.requests", name), f"must be the limit of {limit}, not {amount}")
    for field, given in (("limits", limits), ("requests", requests)):
        huge = any(str(name).startswith("hugepages-") for name in given)
        if huge and not {"cpu", "memory"} & {*limits, *requests}:
            yield Failure(f"{at}.{field}", "huge pages need cpu or memory too")
        for name, amount in given.items():
            whole = "/" in str(name) and is_quantity(amount)
            if whole and quantity(amount) != int(quantity(amount)):
                yield Failure(join(f"{at}.{field}", name), f"must be a whole number, not {amount}")


def _pod_resources(spec: Object, at: str, pod: Object, path: str) -> Iterator[Failure]:
    """Pod-level resources, which include those of the containers."""
    resources = spec.get("resources")
    if not isinstance(resources, Mapping) or has_unknown(resources):
        return
    if resources.get("claims") is not None:
        yield Failure(f"{at}.resources.claims", "not allowed for a whole pod")
    limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
    for field in ("limits", "requests"):
        for name in resources.get(field) or ():
            if name not in ("cpu", "memory") and not str(name).startswith("hugepages-"):
                yield Failure(
                    join(f"{at}.resources.{field}", name), "not allowed for a whole pod; allowed: cpu, memory"
                )
    for name, limit in limits.items():
        wanted = requests.get(name)
        if is_quantity(wanted) and is_quantity(limit) and quantity(wanted) > quantity(limit):
            yield Failure(join(f"{at}.resources.requests", name), f"{wanted} is more than the limit of {limit}")
        for where, container in containers(pod, path):
            given = plain(dig(container, "resources.limits"))
            own = given.get(name) if isinstance(given, Mapping) else None
            if is_quantity(own) and is_quantity(limit) and quantity(own) > quantity(limit):
                yield Failure(join(f"{where}.resources.limits", name), f"{own} is more than the pod's limit of {limit}")
    for name, most in requests.items():
        # Allow for rounding in the sum.
        if is_quantity(most) and _requested(name, pod, path) > quantity(most) * (1 + 1e-9):
            yield Failure(
                join(f"{at}.resources.requests", name), f"{most} is less than the containers request together"
            )


def _requested(name: str, pod: Object, path: str) -> float:
    """The total request of a resource by the containers that run at the same time."""
    total = 0.0
    for where, container in containers(pod, path):
        requests = plain(dig(container, "resources.requests"))
        own = requests.get(name) if isinstance(requests, Mapping) else None
        if ".containers[" in where or container.get("restartPolicy") == "Always":
            total += quantity(own) if is_quantity(own) else 0.0
    return total
