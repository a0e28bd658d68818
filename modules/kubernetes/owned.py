"""Labels, ownership annotations and custom resources, shared by all components."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from bluelamp.modules import naming
from bluelamp.modules.component import Component, after

MANAGED = {"app.kubernetes.io/managed-by": "bluelamp"}
"""The value of the label `app.kubernetes.io/managed-by`."""


def labels(label: naming.Label) -> dict[str, str]:
    """The labels of a cluster-wide object."""
    return {**MANAGED, "bluelamp/force": label["force"]}


def metadata(
    label: naming.Label,
    name: str,
    namespace: pulumi.Input[str] | None = None,
    *,
    more_labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, pulumi.Input[str]] | None = None,
) -> kubernetes.meta.v1.ObjectMetaArgs:
    """The metadata of an object, with ownership annotations; cluster-scoped without a `namespace`."""
    return kubernetes.meta.v1.ObjectMetaArgs(
        name=name,
        namespace=namespace,
        labels={**labels(label), **(more_labels or {})},
        annotations={**naming.annotations(label), **(annotations or {})},
    )


def custom(
    name: str,
    kind: str,
    meta: kubernetes.meta.v1.ObjectMetaArgs,
    spec: Mapping[str, Any],
    opts: pulumi.ResourceOptions,
) -> kubernetes.apiextensions.CustomResource:
    """A custom resource; `kind` is its API version and kind, such as `cert-manager.io/v1 Certificate`."""
    api_version, _, short = kind.partition(" ")
    return kubernetes.apiextensions.CustomResource(
        name, api_version=api_version, kind=short, metadata=meta, spec=dict(spec), opts=opts
    )


def identified_account(
    component: Component,
    logical_name: str,
    meta: kubernetes.meta.v1.ObjectMetaArgs,
    client_id: pulumi.Input[str],
    tenant_id: pulumi.Input[str],
) -> kubernetes.core.v1.ServiceAccount:
    """A service account that signs in as an Entra ID identity with workload identity, without a password in the
    cluster.

    The annotations are those of the azure-workload-identity webhook, which projects a token into pods with the label
    `azure.workload.identity/use`. The token of the Kubernetes API is not mounted.
    """
    meta.annotations = {
        **_plain(meta.annotations),
        "azure.workload.identity/client-id": client_id,
        "azure.workload.identity/tenant-id": tenant_id,
    }
    return kubernetes.core.v1.ServiceAccount(
        logical_name, metadata=meta, automount_service_account_token=False, opts=component.child()
    )


def _plain(annotations: Any) -> dict[str, Any]:
    return dict(annotations or {})


def named(name: str, resource: pulumi.Resource) -> pulumi.Output[str]:
    """The name of an object: known in a preview, and dependent on the object."""
    return after(name, resource)
