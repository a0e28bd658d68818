"""Storage classes and priority classes of a cluster.

    WorkloadClasses("classes", {"label": label, "provisioner": "csi.vsphere.vmware.com",
                                "parameters": {"storagepolicyname": "k8s-encrypted"}})

Volumes bind when the pod is scheduled and can be expanded. `standard` is the default storage class; `retained` keeps
volumes after their claims are deleted. Platform pods have priority over tenants' pods, and batch pods never preempt.
"""

from bluelamp.modules.kubernetes.classes.classes import WorkloadClasses, WorkloadClassesArgs

__all__ = ["WorkloadClasses", "WorkloadClassesArgs"]
