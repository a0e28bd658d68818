"""What a tenant takes, and what is wrong with it."""

import ipaddress
import re
from collections.abc import Iterator
from typing import Final, NotRequired, TypedDict

from bluelamp.modules.shared_arguments import LabelledArgs

_HOST: Final = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")


class TenantQuota(TypedDict):
    """What all pods of a tenant may ask for together."""

    cpu: NotRequired[str]
    """Cores, such as `4` or `500m`; 4 by default."""
    memory: NotRequired[str]
    """Memory, such as `16Gi`; 16Gi by default."""
    pods: NotRequired[int]
    """Number of pods; 50 by default."""
    storage: NotRequired[str]
    """Volumes' size together, such as `100Gi`; not limited by default."""
    volumes: NotRequired[int]
    """Number of volumes; not limited by default."""


class TenantLimits(TypedDict):
    """What a container gets that asks for nothing, and the most that it may ask for."""

    cpu: NotRequired[str]
    """The limit of a container that names none; `500m` by default."""
    memory: NotRequired[str]
    """The same of memory; `512Mi` by default."""
    most_cpu: NotRequired[str]
    """The most that one container may ask for; the quota alone by default."""
    most_memory: NotRequired[str]
    """The same of memory; the quota alone by default."""


class TenantGroups(TypedDict):
    """Entra ID groups, by object id, that get the built-in role of the same name in the namespace."""

    admin: NotRequired[str]
    """May manage everything in the namespace but its quota and its limits."""
    edit: NotRequired[str]
    """May run workloads; may not see or change who has which role."""
    view: NotRequired[str]
    """May look at workloads, not at secrets."""


class TenantEgress(TypedDict):
    """A way out of the namespace, to a range of addresses or to hosts by name."""

    name: str
    """What is there, such as `records-database`."""
    cidr: NotRequired[str]
    """The address range, such as `10.144.8.0/28`; never everything. Left out where there are `hosts`."""
    hosts: NotRequired[list[str]]
    """Host names, such as `login.microsoftonline.com`, without wildcards: for services that have no range of their own.
    Kubernetes has no such policy; a CiliumNetworkPolicy has, so that the cluster's network is to be Cilium."""
    ports: list[int]
    """The TCP ports."""
    program: NotRequired[str]
    """The label `app.kubernetes.io/name` of the pods that may, such as a job's name; every pod by default."""


class TenantGitOps(TypedDict):
    """Where the tenant's own manifests come from; Flux applies them with the tenant's rights and no more."""

    url: str
    """The repository, `https://…` or `ssh://…`."""
    branch: NotRequired[str]
    """The branch; `main` by default."""
    path: NotRequired[str]
    """The folder of the manifests; the top by default."""
    interval: NotRequired[str]
    """How often to look, such as `5m`; 5m by default."""
    secret_name: NotRequired[str]
    """The secret in the namespace with which the repository is read; none by default. Its value never stands here:
    External Secrets or the tenant puts it there."""


class TenantArgs(LabelledArgs):
    """Arguments of a tenant."""

    namespace: str
    """Name of the namespace."""
    quota: NotRequired[TenantQuota]
    """What the tenant's pods may ask for together."""
    limits: NotRequired[TenantLimits]
    """What one container gets."""
    groups: NotRequired[TenantGroups]
    """Who may do what."""
    egress: NotRequired[list[TenantEgress]]
    """Where the pods may go besides the DNS and their neighbours; nowhere by default."""
    gitops: NotRequired[TenantGitOps]
    """The repository that Flux keeps the namespace by; none by default."""
    pod_security: NotRequired[str]
    """The Pod Security Standard that is enforced, `restricted` or `baseline`; `restricted` by default. Warnings and
    audit records are always by `restricted`."""
    pod_security_version: NotRequired[str]
    """The edition of the standard, such as `v1.36`; `latest` by default."""
    gateway_namespace: NotRequired[str]
    """Namespace of the ingress gateway, which may reach every pod; `gateway-system` by default."""
    monitoring_namespace: NotRequired[str]
    """Namespace whose pods may read the metrics of every pod; none by default."""


def check(args: TenantArgs) -> None:
    """Raises `ValueError` with everything that is wrong with the values."""
    wrong = list(_problems(args))
    if wrong:
        raise ValueError(f"Tenant {args['namespace']!r}: " + "; ".join(wrong))


def _problems(args: TenantArgs) -> Iterator[str]:
    enforced = args.get("pod_security", "restricted")
    if enforced not in ("restricted", "baseline"):
        yield f"pod_security is {enforced!r}; use restricted or baseline"
    names = [way["name"] for way in args.get("egress", [])]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"egress has two ways named {name!r}; give each its own name"
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
            yield f"{where}: host {host!r} is no name; use one in full and in lower case, without a wildcard"
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
            yield f"{where}: {cidr} is everything; name the range that is needed"
