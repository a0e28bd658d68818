"""The order in which objects can be applied: referenced objects first."""

from typing import Final

_FIRST: Final = (
    "CustomResourceDefinition",
    "Namespace",
    "PriorityClass",
    "StorageClass",
    "GatewayClass",
    "IngressClass",
    "RuntimeClass",
    "ClusterRole",
    "ClusterRoleBinding",
    "ServiceAccount",
    "ResourceQuota",
    "LimitRange",
    "Role",
    "RoleBinding",
    "NetworkPolicy",
    "ConfigMap",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Service",
    "DaemonSet",
    "Deployment",
    "StatefulSet",
    "Job",
    "CronJob",
    "PodDisruptionBudget",
    "HorizontalPodAutoscaler",
)
_LAST: Final = (
    "APIService",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
)
_BETWEEN: Final = len(_FIRST)
_RANKS: Final = {kind: rank for rank, kind in enumerate(_FIRST)} | {
    kind: _BETWEEN + 1 + rank for rank, kind in enumerate(_LAST)
}


def rank(kind: str) -> int:
    """The position of `kind`: definitions, namespaces, RBAC, workloads, other kinds, then admission control."""
    return _RANKS.get(kind, _BETWEEN)
