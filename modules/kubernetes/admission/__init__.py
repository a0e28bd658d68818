"""Admission policies, enforced by the cluster's API server.

    ClusterAdmission("admission", {"label": label, "registries": ["registry.essex.police.example"]})

ValidatingAdmissionPolicies need no webhook that could be unavailable. They require images from allowed registries with
a tag other than `latest`, ingress through the gateway only, and namespaces with an owner. They deny host access, use
of the default namespace, and removal of tenants' isolation. `policies.yaml` has the policies.
"""

from bluelamp.modules.kubernetes.admission.admission import ClusterAdmission, ClusterAdmissionArgs

__all__ = ["ClusterAdmission", "ClusterAdmissionArgs"]
