"""Storage classes and priority classes."""

from importlib.resources import files
from typing import Any, NotRequired

import pulumi
import pulumi_kubernetes as kubernetes
import yaml

from bluelamp.modules.component import Component
from bluelamp.modules.kubernetes.owned import metadata, named
from bluelamp.modules.shared_arguments import LabelledArgs


class WorkloadClassesArgs(LabelledArgs):
    """Arguments of the classes."""

    provisioner: str
    """The CSI driver, such as `csi.vsphere.vmware.com`."""
    parameters: NotRequired[dict[str, str]]
    """The driver's parameters, such as an encrypting storage policy; none by default."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete the storage classes; false by default."""


class WorkloadClasses(Component):
    """The storage classes `standard` and `retained`, and four priority classes."""

    storage_class: pulumi.Output[str]
    """Name of the default storage class."""
    priority_classes: pulumi.Output[list[str]]
    """Names of the priority classes, highest first."""

    def __init__(self, name: str, args: WorkloadClassesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        if "/" in args["provisioner"].strip("/") or not args["provisioner"].strip():
            # Kubernetes has removed the in-tree drivers, `kubernetes.io/…`.
            raise ValueError(
                f"WorkloadClasses {name!r}: provisioner is {args['provisioner']!r}; "
                "use the name of a CSI driver such as csi.vsphere.vmware.com"
            )
        label = args["label"]
        made = {
            storage: kubernetes.storage.v1.StorageClass(
                f"{name}-{storage}",
                metadata=metadata(
                    label,
                    storage,
                    annotations={"storageclass.kubernetes.io/is-default-class": str(storage == "standard").lower()},
                ),
                provisioner=args["provisioner"],
                parameters=args.get("parameters", {}),
                reclaim_policy=policy,
                volume_binding_mode="WaitForFirstConsumer",
                allow_volume_expansion=True,
                opts=self.child(protect=args.get("protect", False)),
            )
            for storage, policy in (("standard", "Delete"), ("retained", "Retain"))
        }
        self.storage_class = named("standard", made["standard"])
        classes: dict[str, dict[str, Any]] = yaml.safe_load(
            (files(__package__) / "priorities.yaml").read_text(encoding="utf-8")
        )
        names = []
        for priority, content in classes.items():
            made_class = kubernetes.scheduling.v1.PriorityClass(
                f"{name}-{priority}",
                metadata=metadata(label, priority),
                value=content["value"],
                global_default=content.get("globalDefault", False),
                preemption_policy=content.get("preemptionPolicy", "PreemptLowerPriority"),
                description=content["description"],
                opts=self.child(),
            )
            names.append(named(priority, made_class))
        self.priority_classes = pulumi.Output.all(*names)
        self.finish()
