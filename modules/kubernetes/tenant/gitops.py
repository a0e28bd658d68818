"""A tenant's manifests from Git, applied by Flux with the tenant's permissions.

Flux impersonates a service account with the role `edit` in this namespace only, so a repository cannot change anything
outside the namespace. Source: Flux's multi-tenancy guide; the kinds are those of Flux 2.
"""

from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from bluelamp.modules.component import Component
from bluelamp.modules.kubernetes.owned import custom, named
from bluelamp.modules.kubernetes.tenant.arguments import TenantGitOps

_SOURCE = "source.toolkit.fluxcd.io/v1 GitRepository"
_SYNC = "kustomize.toolkit.fluxcd.io/v1 Kustomization"
_NAME = "gitops"


def follow(
    component: Component, name: str, wanted: TenantGitOps, namespace: pulumi.Output[str], marks: dict[str, Any]
) -> None:
    """Creates the source, the kustomization and its service account; `marks` are the labels and annotations."""

    def meta() -> kubernetes.meta.v1.ObjectMetaArgs:
        return kubernetes.meta.v1.ObjectMetaArgs(name=_NAME, namespace=namespace, **marks)

    account = kubernetes.core.v1.ServiceAccount(
        f"{name}-gitops-account", metadata=meta(), automount_service_account_token=False, opts=component.child()
    )
    kubernetes.rbac.v1.RoleBinding(
        f"{name}-gitops-edit",
        metadata=meta(),
        role_ref=kubernetes.rbac.v1.RoleRefArgs(api_group="rbac.authorization.k8s.io", kind="ClusterRole", name="edit"),
        subjects=[kubernetes.rbac.v1.SubjectArgs(kind="ServiceAccount", name=_NAME, namespace=namespace)],
        opts=component.child(),
    )
    interval = wanted.get("interval", "5m")
    secret = {"secretRef": {"name": wanted["secret_name"]}} if "secret_name" in wanted else {}
    source = custom(
        f"{name}-gitops-source",
        _SOURCE,
        meta(),
        {
            "url": wanted["url"],
            "ref": {"branch": wanted.get("branch", "main")},
            "interval": interval,
            "timeout": "60s",
            **secret,
        },
        component.child(),
    )
    custom(
        f"{name}-gitops-sync",
        _SYNC,
        meta(),
        {
            "sourceRef": {"kind": "GitRepository", "name": named(_NAME, source)},
            "path": wanted.get("path", "./"),
            "interval": interval,
            "timeout": "5m",
            "prune": True,
            "wait": True,
            "targetNamespace": namespace,
            "serviceAccountName": named(_NAME, account),
        },
        component.child(),
    )
