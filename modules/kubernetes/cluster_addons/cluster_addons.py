"""The add-ons that a new cluster needs before other workloads."""

from typing import NotRequired

import pulumi
import pulumi_kubernetes as kubernetes
import yaml

from bluelamp.modules.component import Component, after
from bluelamp.modules.kubernetes.names import check_names
from bluelamp.modules.kubernetes.owned import custom, metadata
from bluelamp.modules.shared_arguments import LabelledArgs

_LONGEST = 1024 * 1024
"""The size limit of a ConfigMap, in bytes."""


class ClusterAddonsArgs(LabelledArgs):
    """Arguments of a set of add-ons."""

    namespace: str
    """The clusters' namespace in the management cluster."""
    manifests: dict[str, str]
    """Kubernetes manifests in YAML by the add-on's name, such as `cilium`, `vsphere-cpi` or `vsphere-csi`: the output
    of a pinned chart. They must not contain secrets."""
    secrets: NotRequired[list[str]]
    """Names of secrets of the type `addons.cluster.x-k8s.io/resource-set` in the namespace, whose manifests are also
    applied; External Secrets creates them."""


class ClusterAddons(Component):
    """A `ClusterResourceSet` that applies its manifests to every cluster that refers to it."""

    addons: pulumi.Output[str]
    """The set's name, for a cluster's `addons`; known before it exists."""

    def __init__(self, name: str, args: ClusterAddonsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        _check(name, args)
        maps = [
            kubernetes.core.v1.ConfigMap(
                f"{name}-addons-{addon}",
                metadata=metadata(args["label"], f"{name}-{addon}", args["namespace"]),
                data={f"{addon}.yaml": manifest},
                opts=self.child(),
            )
            for addon, manifest in args["manifests"].items()
        ]
        resources = [{"kind": "ConfigMap", "name": f"{name}-{addon}"} for addon in args["manifests"]]
        resources += [{"kind": "Secret", "name": secret} for secret in args.get("secrets", [])]
        made = custom(
            f"{name}-addons",
            "addons.cluster.x-k8s.io/v1beta2 ClusterResourceSet",
            metadata(args["label"], name, args["namespace"]),
            {
                "strategy": "Reconcile",
                "clusterSelector": {"matchLabels": {"bluelamp/addons": name}},
                "resources": resources,
            },
            self.child(depends_on=maps),
        )
        self.addons = after(name, made)
        self.finish()


def _check(name: str, args: ClusterAddonsArgs) -> None:
    owner = f"ClusterAddons {name!r}"
    check_names(owner, name, *args["manifests"])
    wrong = [] if args["manifests"] or args.get("secrets") else ["manifests is empty; name at least one add-on"]
    for addon, manifest in args["manifests"].items():
        try:
            found = [each for each in yaml.safe_load_all(manifest) if each]
        except yaml.YAMLError as error:
            wrong.append(f"manifests.{addon} is not YAML: {str(error).splitlines()[0]}")
            continue
        if not found or not all(isinstance(each, dict) and "kind" in each for each in found):
            wrong.append(f"manifests.{addon} is not a list of Kubernetes objects")
        elif any(each["kind"] == "Secret" for each in found):
            wrong.append(f"manifests.{addon} has a Secret in it; let External Secrets make it, and name it in secrets")
        if len(manifest.encode()) > _LONGEST:
            wrong.append(f"manifests.{addon} is larger than the 1 MiB that a ConfigMap holds; split it")
    if wrong:
        raise ValueError(f"{owner}: " + "; ".join(wrong))
