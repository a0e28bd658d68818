"""Classes: the kinds of storage on a cluster, and who goes first when there is not enough of it.

    WorkloadClasses("classes", {"label": label, "provisioner": "csi.vsphere.vmware.com",
                                "parameters": {"storagepolicyname": "k8s-encrypted"}})

A volume is made where its pod will run, may grow, and `standard` is what a claim gets that asks for nothing; what is in
`retained` outlives its claim. The platform goes before the tenants, and a batch pushes nobody out.
"""

from bluelamp.modules.kubernetes.classes.classes import WorkloadClasses, WorkloadClassesArgs

__all__ = ["WorkloadClasses", "WorkloadClassesArgs"]
