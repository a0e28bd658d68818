"""The objects of the namespace and of each force.

The fields are those of the operator's definitions, version 2.9 (`deploy/crds` of pulumi/pulumi-kubernetes-operator).
"""

from collections.abc import Sequence
from typing import Any, Final

from bluelamp.render.operator.settings import DRIFT, Identity, Operator

Object = dict[str, Any]

GRPC: Final = 50051
"""The port on which a workspace's agent serves the operator."""
_WORKSPACE: Final = "auto.pulumi.com/workspace-name"
_COMPONENT: Final = {"auto.pulumi.com/component": "workspace"}
_OPERATOR: Final = {"app.kubernetes.io/name": "pulumi-kubernetes-operator"}
_DELEGATOR: Final = "system:auth-delegator"
_USES_IDENTITY: Final = {"azure.workload.identity/use": "true"}
_TOKEN: Final = "/var/run/secrets/azure/tokens/azure-identity-token"  # noqa: S105 - a path
"""Where Azure's webhook mounts the service account's token for Entra ID."""
_WRITABLE: Final = "/home/bluelamp"
_KUBERNETES: Final = "/var/run/secrets/kubernetes.io/serviceaccount"
"""Where clients of the Kubernetes API look for the token, the certificate and the namespace."""
_USER: Final = 1000
"""The user of the operator's restricted profile."""
_NAMESPACE: Final = "kubernetes.io/metadata.name"
_RBAC: Final = "rbac.authorization.k8s.io"


def of_namespace(settings: Operator) -> list[Object]:
    """The namespace with the restricted pod security standard, default-deny network policy, quota and limits."""
    standards = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "audit", "warn")}
    return [
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": settings.namespace, "labels": standards},
        },
        {
            **_object("networking.k8s.io/v1", "NetworkPolicy", "default-deny", settings),
            "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
        },
        {
            **_object("v1", "ResourceQuota", "workspaces", settings),
            # Each stack has one workspace for updates and one for drift, and one more allows a replacement.
            "spec": {"hard": {"pods": str(2 * len(settings.forces) + 1)}},
        },
        {
            # The operator's own init containers have no requests or limits.
            **_object("v1", "LimitRange", "defaults", settings),
            "spec": {
                "limits": [
                    {
                        "type": "Container",
                        "default": {"cpu": "500m", "memory": "512Mi", "ephemeral-storage": "1Gi"},
                        "defaultRequest": {"cpu": "100m", "memory": "128Mi", "ephemeral-storage": "100Mi"},
                    }
                ]
            },
        },
    ]


def of_force(settings: Operator, stack: str, prerequisites: Sequence[str]) -> list[Object]:
    """The objects that deploy `stack` and detect its drift, in the order in which they are applied.

    The stack waits until the stacks in `prerequisites` have been updated from their latest objects.
    """
    force = settings.forces[stack]
    names = {stack: force.apply, stack + DRIFT: force.plan}
    changes = {"prerequisites": [{"name": name} for name in prerequisites]} if prerequisites else {}
    seconds = settings.drift_hours * 3600
    drift = {
        "preview": True,
        "continueResyncOnCommitMatch": True,
        "resyncFrequencySeconds": seconds,
        "retryMaxBackoffDurationSeconds": seconds,
        # A preview with changes fails, so that the object's status shows it and alerts fire.
        "updateTemplate": {"spec": {"expectNoChanges": True}},
    }
    return [
        *(_account(settings, name, identity) for name, identity in names.items()),
        _binding(settings, stack, list(names)),
        _traffic(settings, stack, list(names)),
        _stack(settings, stack, stack, force.apply, changes),
        _stack(settings, stack + DRIFT, stack, force.plan, drift),
    ]


def _object(version: str, kind: str, name: str, settings: Operator) -> Object:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": settings.namespace}}


def _account(settings: Operator, name: str, identity: Identity) -> Object:
    made = _object("v1", "ServiceAccount", name, settings)
    if identity.client_id and identity.tenant_id:
        made["metadata"]["annotations"] = {
            "azure.workload.identity/client-id": identity.client_id,
            "azure.workload.identity/tenant-id": identity.tenant_id,
        }
    # The workspace's pod mounts the token itself.
    return {**made, "automountServiceAccountToken": False}


def _binding(settings: Operator, stack: str, accounts: Sequence[str]) -> Object:
    """Allows the workspaces' agents to authenticate callers with token reviews, which are cluster-scoped."""
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": f"{settings.namespace}:{stack}:{_DELEGATOR}"},
        "roleRef": {"apiGroup": _RBAC, "kind": "ClusterRole", "name": _DELEGATOR},
        "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": settings.namespace} for name in accounts],
    }


def _traffic(settings: Operator, stack: str, workspaces: Sequence[str]) -> Object:
    """Allows traffic from the operator to the workspaces, and from them to DNS, Azure, the state and the clusters."""
    operator = {"namespaceSelector": {"matchLabels": {_NAMESPACE: settings.operator_namespace}}}
    dns = {"namespaceSelector": {"matchLabels": {_NAMESPACE: "kube-system"}}}
    return {
        **_object("networking.k8s.io/v1", "NetworkPolicy", f"{stack}-workspaces", settings),
        "spec": {
            "podSelector": {
                "matchLabels": _COMPONENT,
                "matchExpressions": [{"key": _WORKSPACE, "operator": "In", "values": list(workspaces)}],
            },
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [
                {
                    "from": [{**operator, "podSelector": {"matchLabels": _OPERATOR}}],
                    "ports": [{"protocol": "TCP", "port": GRPC}],
                }
            ],
            "egress": [
                {"to": [dns], "ports": [{"protocol": each, "port": 53} for each in ("UDP", "TCP")]},
                {"ports": [{"protocol": "TCP", "port": port} for port in (443, 6443)]},
            ],
        },
    }


def _stack(settings: Operator, name: str, stack: str, identity: Identity, more: Object) -> Object:
    return {
        **_object("pulumi.com/v1", "Stack", name, settings),
        "spec": {
            "stack": stack,
            "backend": settings.backend,
            "serviceAccountName": name,
            "refresh": True,
            # A stack missing from the backend is a mistake; the operator would create it with another secrets provider.
            "useLocalStackOnly": True,
            # Removing the object from the repository never removes a force's estate.
            "destroyOnFinalize": False,
            "workspaceReclaimPolicy": "Delete",
            **more,
            "workspaceTemplate": {"spec": _workspace(settings, identity)},
        },
    }


def _workspace(settings: Operator, identity: Identity) -> Object:
    amounts = {"cpu": settings.cpu, "memory": settings.memory, "ephemeral-storage": settings.storage}
    environment = {
        # The operator's agent cannot pass a policy pack, but the engine reads every option from the environment too.
        "PULUMI_OPTION_POLICY_PACK": f"{settings.folder}/policies",
        "PULUMI_HOME": f"{_WRITABLE}/pulumi",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": _WRITABLE,
    }
    labels: dict[str, str] = {}
    if identity.client_id and identity.tenant_id:
        labels = _USES_IDENTITY
        environment |= {
            "ARM_USE_OIDC": "true",
            "ARM_OIDC_TOKEN_FILE_PATH": _TOKEN,
            "ARM_CLIENT_ID": identity.client_id,
            "ARM_TENANT_ID": identity.tenant_id,
        }
    if identity.subscription_id:
        environment["ARM_SUBSCRIPTION_ID"] = identity.subscription_id
    return {
        "image": settings.image,
        "imagePullPolicy": "IfNotPresent",
        "securityProfile": "restricted",
        "local": {"dir": settings.folder},
        "env": [{"name": name, "value": value} for name, value in environment.items()],
        **({"envFrom": [{"secretRef": {"name": identity.secret}}]} if identity.secret else {}),
        "resources": {"requests": amounts, "limits": amounts},
        "podTemplate": {
            **({"metadata": {"labels": labels}} if labels else {}),
            "spec": _pod(settings.image, amounts),
        },
    }


def _pod(image: str, amounts: Object) -> Object:
    """The pod that the operator merges into the workspace's: complete in itself, with writable volumes only.

    Only the agent's container has the token for the Kubernetes API, with which it authenticates the operator.
    """
    certificates = {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}}
    namespace = {"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}
    token = {"serviceAccountToken": {"path": "token", "expirationSeconds": 3600}}
    return {
        "automountServiceAccountToken": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": _USER,
            "runAsGroup": _USER,
            "fsGroup": _USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [
            {
                "name": "pulumi",
                "image": image,
                "resources": {"requests": amounts, "limits": amounts},
                "securityContext": {
                    "allowPrivilegeEscalation": False,
                    "readOnlyRootFilesystem": True,
                    "capabilities": {"drop": ["ALL"]},
                },
                "volumeMounts": [
                    {"name": "writable", "mountPath": _WRITABLE},
                    {"name": "temporary", "mountPath": "/tmp"},  # noqa: S108 - a volume of the pod's own
                    {"name": "kubernetes", "mountPath": _KUBERNETES, "readOnly": True},
                ],
            }
        ],
        "volumes": [
            {"name": "writable", "emptyDir": {}},
            {"name": "temporary", "emptyDir": {}},
            {
                "name": "kubernetes",
                "projected": {"sources": [token, certificates, {"downwardAPI": {"items": [namespace]}}]},
            },
        ],
    }
