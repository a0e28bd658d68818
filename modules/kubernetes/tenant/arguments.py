"""Arguments of a tenant, and their checks."""

import ipaddress
import re
from collections.abc import Iterator
from typing import Final, NotRequired, TypedDict

from bluelamp.modules.shared_arguments import LabelledArgs

_HOST: Final = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")


class TenantQuota(TypedDict):
    """The resource quota of a tenant."""

    cpu: NotRequired[str]
    """CPU, such as `4` or `500m`; 4 by default."""
    memory: NotRequired[str]
    """Memory, such as `16Gi`; 16Gi by default."""
    pods: NotRequired[int]
    """Number of pods; 50 by default."""
    storage: NotRequired[str]
    """Total volume size, such as `100Gi`; unlimited by default."""
    volumes: NotRequired[int]
    """Number of volumes; unlimited by default."""


class TenantLimits(TypedDict):
    """Default and maximum resources of a container."""

    cpu: NotRequired[str]
    """Default CPU limit; `500m` by default."""
    memory: NotRequired[str]
    """Default memory limit; `512Mi` by default."""
    most_cpu: NotRequired[str]
    """Maximum CPU of one container; limited by the quota only by default."""
    most_memory: NotRequired[str]
    """Maximum memory of one container; limited by the quota only by default."""


class TenantGroups(TypedDict):
    """Object ids of Entra ID groups that get the built-in role of the same name in the namespace."""

    admin: NotRequired[str]
    """Manage everything in the namespace except its quota and limits."""
    edit: NotRequired[str]
    """Run workloads; no access to roles and role bindings."""
    view: NotRequired[str]
    """Read workloads, but not secrets."""


class TenantEgress(TypedDict):
    """Allowed egress from the namespace, to an address range or to host names."""

    name: str
    """The target's name, such as `records-database`."""
    cidr: NotRequired[str]
    """The address range, such as `10.144.8.0/28`; never all addresses. Not used with `hosts`."""
    hosts: NotRequired[list[str]]
    """Host names, such as `login.microsoftonline.com`, without wildcards: for services without a fixed address range.
    They need a CiliumNetworkPolicy, and so Cilium as the cluster's network, since Kubernetes has no such policy."""
    ports: list[int]
    """The TCP ports."""
    program: NotRequired[str]
    """The label `app.kubernetes.io/name` of the allowed pods, such as a job's name; all pods by default."""


class TenantGitOps(TypedDict):
    """The repository of the tenant's manifests, which Flux applies with the tenant's permissions."""

    url: str
    """The repository, `https://…` or `ssh://…`."""
    branch: NotRequired[str]
    """The branch; `main` by default."""
    path: NotRequired[str]
    """The folder of the manifests; the root by default."""
    interval: NotRequired[str]
    """The interval between checks; 5m by default."""
    secret_name: NotRequired[str]
    """The secret in the namespace with the repository's credentials; none by default. External Secrets or the tenant
    creates the secret."""


class TenantArgs(LabelledArgs):
    """Arguments of a tenant."""

    namespace: str
    """Name of the namespace."""
    quota: NotRequired[TenantQuota]
    """The resource quota."""
    limits: NotRequired[TenantLimits]
    """Default and maximum resources of a container."""
    groups: NotRequired[TenantGroups]
    """Roles of Entra ID groups."""
    egress: NotRequired[list[TenantEgress]]
    """Allowed egress besides DNS and the namespace's own pods; none by default."""
    gitops: NotRequired[TenantGitOps]
    """The repository that Flux applies to the namespace; none by default."""
    pod_security: NotRequired[str]
    """The enforced Pod Security Standard, `restricted` or `baseline`; `restricted` by default. Warnings and
    audit records always use `restricted`."""
    pod_security_version: NotRequired[str]
    """The version of the standard, such as `v1.36`; `latest` by default."""
    gateway_namespace: NotRequired[str]
    """Namespace of the ingress gateway, which has access to every pod; `gateway-system` by default."""
    monitoring_namespace: NotRequired[str]
    """Namespace whose pods may scrape the metrics of every pod; none by default."""


def check(args: TenantArgs) -> None:
    """Raises `ValueError` listing every problem with the values."""
    wrong = list(_problems(args))
    if wrong:
        raise ValueError(f"Tenant {args['namespace']!r}: " + "; ".join(wrong))


def _problems(args: TenantArgs) -> Iterator[str]:
    enforced = args.get("pod_security", "restricted")
    if enforced not in ("restricted", "baseline"):
        yield f"pod_security is {enforced!r}; use restricted or baseline"
    names = [way["name"] for way in args.get("egress", [])]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"egress has two targets named {name!r}; give each its own name"
    for way in args.get("egress", []):
        yield from _egress_problems(way)
    if "gitops" in args and not args["gitops"]["url"].startswith(("https://", "ssh://")):
        yield f"gitops.url is {args['gitops']['url']!r}; use https:// or ssh://"


def _egress_problems(way: TenantEgress) -> Iterator[str]:
    where = f"egress {way['name']!r}"
    if ("cidr" in way) == ("hosts" in way):
        yield f"{where}: has {'both' if 'cidr' in way else 'neither'} of cidr and hosts; give one of them"
    if "cidr" in way:
        yield from _range_problems(where, way["cidr"])
    if "hosts" in way and not way["hosts"]:
        yield f"{where}: hosts is empty; name the hosts that are needed"
    for host in way.get("hosts", []):
        if not _HOST.fullmatch(host):
            yield f"{where}: host {host!r} is not a host name; write it in full and in lower case, without a wildcard"
    if not way["ports"]:
        yield f"{where}: ports is empty; name the TCP ports that are needed"
    for port in way["ports"]:
        if not 1 <= port <= 65535:
            yield f"{where}: port {port} does not exist; use 1 to 65535"


def _range_problems(where: str, cidr: str) -> Iterator[str]:
    try:
        network = ipaddress.ip_network(cidr)
    except ValueError:
        yield f"{where}: cidr is {cidr!r}; use an address range such as 10.144.8.0/28"
    else:
        if network.prefixlen == 0:
            yield f"{where}: {cidr} covers all addresses; name the range that is needed"
