"""A Kubernetes cluster."""

import ipaddress
import re
from typing import Any, NotRequired, TypedDict

import pulumi

from bluelamp.modules.component import Component, after
from bluelamp.modules.kubernetes.cluster_class import WORKERS
from bluelamp.modules.kubernetes.names import check_names
from bluelamp.modules.kubernetes.owned import custom, metadata
from bluelamp.modules.shared_arguments import LabelledArgs

_VERSION = re.compile(r"v1\.\d{2}\.\d+(\+rke2r\d)?")


class WorkerPool(TypedDict):
    """A pool of worker machines."""

    replicas: NotRequired[int]
    """Number of machines; 3 by default."""
    failure_domain: NotRequired[str]
    """The failure domain, such as a vSphere deployment zone; any by default."""


class ClusterArgs(LabelledArgs):
    """Arguments of a cluster."""

    namespace: str
    """The class's namespace in the management cluster."""
    class_name: pulumi.Input[str]
    """Name of the class; the `class_name` of a `ClusterClass`."""
    version: str
    """Kubernetes version such as `v1.36.3`, or `v1.36.3+rke2r1` for RKE2; the class's machine image must contain it."""
    endpoint: str
    """The IP address of the API server, unused in the machines' network."""
    tier: NotRequired[str]
    """The tier, `live` or `non-live`; `live` by default."""
    endpoint_port: NotRequired[int]
    """Port of the API server; 6443 by default."""
    control_plane_replicas: NotRequired[int]
    """Control-plane machines, an odd number; 3 by default."""
    workers: NotRequired[dict[str, WorkerPool]]
    """Pools of worker machines by name; by default one of three machines, `general`."""
    pod_cidr: NotRequired[str]
    """Address range of pods; by default `100.64.0.0/16`, shared address space (RFC 6598)."""
    service_cidr: NotRequired[str]
    """Address range of services; `100.65.0.0/16` by default."""
    service_account_issuer: NotRequired[str]
    """Public URL, `https://…`, of the issuer of the cluster's service account tokens, for Azure workload identity."""
    addons: NotRequired[str]
    """Name of the cluster's `ClusterAddons`."""
    protect: NotRequired[bool]
    """Whether the cluster is protected against deletion; false by default."""


class Cluster(Component):
    """A Cluster API `Cluster`, in the management cluster."""

    cluster_name: pulumi.Output[str]
    """The cluster's name, known before it exists."""
    kubeconfig_secret: pulumi.Output[str]
    """Name of the secret with the administrator's kubeconfig, which Cluster API creates beside the cluster."""

    def __init__(self, name: str, args: ClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        _check(name, args)
        labels = {"bluelamp/tier": str(args.get("tier", "live"))}
        if "addons" in args:
            labels["bluelamp/addons"] = args["addons"]
        made = custom(
            f"{name}-cluster",
            "cluster.x-k8s.io/v1beta2 Cluster",
            metadata(args["label"], name, args["namespace"], more_labels=labels),
            _spec(args),
            self.child(protect=args.get("protect", False)),
        )
        self.cluster_name = after(name, made)
        self.kubeconfig_secret = after(f"{name}-kubeconfig", made)
        self.finish()


def _spec(args: ClusterArgs) -> dict[str, Any]:
    pools = args.get("workers") or {"general": WorkerPool()}
    variables = [
        {
            "name": "controlPlaneEndpoint",
            "value": {"host": args["endpoint"], "port": args.get("endpoint_port", 6443)},
        }
    ]
    if "service_account_issuer" in args:
        variables.append({"name": "serviceAccountIssuer", "value": args["service_account_issuer"]})
    return {
        "clusterNetwork": {
            "pods": {"cidrBlocks": [args.get("pod_cidr", "100.64.0.0/16")]},
            "services": {"cidrBlocks": [args.get("service_cidr", "100.65.0.0/16")]},
            "serviceDomain": "cluster.local",
        },
        "topology": {
            "classRef": {"name": args["class_name"]},
            "version": args["version"],
            "controlPlane": {"replicas": args.get("control_plane_replicas", 3)},
            "workers": {"machineDeployments": [_pool(pool, workers) for pool, workers in pools.items()]},
            "variables": variables,
        },
    }


def _pool(name: str, workers: WorkerPool) -> dict[str, Any]:
    found: dict[str, Any] = {"class": WORKERS, "name": name, "replicas": workers.get("replicas", 3)}
    if "failure_domain" in workers:
        found["failureDomain"] = workers["failure_domain"]
    return found


def _check(name: str, args: ClusterArgs) -> None:
    owner = f"Cluster {name!r}"
    check_names(owner, name, *args.get("workers", {}))
    wrong = []
    if not _VERSION.fullmatch(args["version"]):
        wrong.append(f"version is {args['version']!r}; write it as v1.36.3, or v1.36.3+rke2r1 for RKE2")
    replicas = args.get("control_plane_replicas", 3)
    if replicas < 1 or replicas % 2 == 0:
        wrong.append(f"control_plane_replicas is {replicas}; etcd needs an odd number")
    if args.get("tier", "live") not in ("live", "non-live"):
        wrong.append(f"tier is {args.get('tier')!r}; use live or non-live")
    issuer = args.get("service_account_issuer", "https://")
    if not issuer.startswith("https://") or (issuer.endswith("/") and issuer != "https://"):
        wrong.append(f"service_account_issuer is {issuer!r}; use https:// and no slash at the end")
    wrong += _network_problems(args)
    if wrong:
        raise ValueError(f"{owner}: " + "; ".join(wrong))


def _network_problems(args: ClusterArgs) -> list[str]:
    wrong, networks = [], {}
    for key, default in (("pod_cidr", "100.64.0.0/16"), ("service_cidr", "100.65.0.0/16"), ("endpoint", "")):
        value = str(args.get(key, default))
        try:
            networks[key] = ipaddress.ip_network(value)
        except ValueError as error:
            wrong.append(f"{key} is {value!r}: {error}")
    if not wrong:
        keys = list(networks)
        wrong += [
            f"{one} {networks[one]} overlaps {other} {networks[other]}"
            for index, one in enumerate(keys)
            for other in keys[index + 1 :]
            if networks[one].overlaps(networks[other])
        ]
        if networks["endpoint"].num_addresses != 1:
            wrong.append(f"endpoint is {args['endpoint']!r}; use one address")
    return wrong
