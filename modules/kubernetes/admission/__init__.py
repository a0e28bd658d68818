"""Admission: what a cluster refuses, decided by its API server itself.

    ClusterAdmission("admission", {"label": label, "registries": ["registry.essex.police.example"]})

ValidatingAdmissionPolicies, so that no webhook can be down: images from allowed registries only, and never `latest`; no
access to the host; nothing in the default namespace; no way in but the gateway; namespaces with an owner; and tenants
cannot undo what keeps them apart. `policies.yaml` beside this file says each of them.
"""

from bluelamp.modules.kubernetes.admission.admission import ClusterAdmission, ClusterAdmissionArgs

__all__ = ["ClusterAdmission", "ClusterAdmissionArgs"]
