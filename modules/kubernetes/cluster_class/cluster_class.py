"""A cluster class and its templates."""

import hashlib
import json
from typing import Any

import pulumi

from bluelamp.modules.component import Component, after
from bluelamp.modules.kubernetes.cluster_class import kubeadm, metal3, rke2, topology, vsphere
from bluelamp.modules.kubernetes.cluster_class.parts import Part
from bluelamp.modules.kubernetes.cluster_class.shapes import ClusterClassArgs
from bluelamp.modules.kubernetes.names import check_names
from bluelamp.modules.kubernetes.owned import custom, metadata

_INFRASTRUCTURES = {"vsphere": vsphere, "metal3": metal3}
_DISTRIBUTIONS = {"kubeadm": kubeadm, "rke2": rke2}


class ClusterClass(Component):
    """A hardened `ClusterClass` and its templates, in the management cluster.

    The names end in a hash of the content. A change creates a new class beside the old one, and each cluster is rebased
    separately. An edit in place would update every cluster at once.
    """

    class_name: pulumi.Output[str]
    """The class's name, for `Cluster`; known before it exists."""
    secrets: pulumi.Output[list[str]]
    """Suffixes of the names of the secrets that must exist before a cluster starts. The secret `encryption` has the
    key `encryption.yaml`, an `EncryptionConfiguration` of the API server."""

    def __init__(self, name: str, args: ClusterClassArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        _check(name, args)
        prefix = f"{name}-{_hash(_objects(args, name))}"
        made = {
            part: custom(
                f"{name}-class" if part == "class" else f"{name}-class-{part}",
                f"{content.api_version} {content.kind}",
                metadata(args["label"], prefix if part == "class" else f"{prefix}-{part}", args["namespace"]),
                content.spec,
                self.child(),
            )
            for part, content in _objects(args, prefix).items()
        }
        self.class_name = after(prefix, *made.values())
        self.secrets = pulumi.Output.from_input(["encryption"] if args["distribution"] == "kubeadm" else [])
        self.finish()


def _objects(args: ClusterClassArgs, prefix: str) -> dict[str, Part]:
    """Every object by the suffix of its name; the names start with `prefix`."""
    distribution = _DISTRIBUTIONS[args["distribution"]]
    plane = distribution.control_plane(args)
    parts = {
        **_INFRASTRUCTURES[args["infrastructure"]].parts(args, prefix),
        "control-plane": plane,
        "worker": distribution.worker(args),
    }
    spec = topology.class_spec(parts, prefix, args["infrastructure"], distribution.patches(args, plane))
    return {**parts, "class": Part("cluster.x-k8s.io/v1beta2", "ClusterClass", spec)}


def _hash(content: dict[str, Part]) -> str:
    said: dict[str, Any] = {name: [part.api_version, part.kind, part.spec] for name, part in content.items()}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:8]


def _check(name: str, args: ClusterClassArgs) -> None:
    owner = f"ClusterClass {name!r}"
    # The hash takes nine characters.
    check_names(owner, f"{name}-12345678")
    wrong = []
    for key, allowed in (("infrastructure", _INFRASTRUCTURES), ("distribution", _DISTRIBUTIONS)):
        if args.get(key) not in allowed:
            wrong.append(f"{key} is {args.get(key)!r}; use {' or '.join(allowed)}")
    for infrastructure in _INFRASTRUCTURES:
        wanted = args["infrastructure"] == infrastructure
        if wanted and infrastructure not in args:
            wrong.append(f"{infrastructure} is required where infrastructure is {infrastructure}")
        if not wanted and infrastructure in args:
            wrong.append(f"{infrastructure} is given, but infrastructure is {args['infrastructure']}; leave one out")
    every = args.get("etcd_backup", {}).get("every_hours", 6)
    if every not in (1, 2, 3, 4, 6, 8, 12, 24):
        wrong.append(f"etcd_backup.every_hours is {every}; use a divisor of 24")
    sizes: dict[str, Any] = {**args.get("vsphere", {})}
    for role in ("control_plane", "workers"):
        cpus = sizes.get(role, {}).get("cpus", 4)
        if cpus < 2:
            wrong.append(f"vsphere.{role}.cpus is {cpus}; use 2 or more")
    if wrong:
        raise ValueError(f"{owner}: " + "; ".join(wrong))
