"""What the objects of every component have in common: labels, ownership, and the shape of custom resources."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from bluelamp.modules import naming
from bluelamp.modules.component import Component, after

MANAGED = {"app.kubernetes.io/managed-by": "bluelamp"}
"""The label of everything that is made here."""


def labels(label: naming.Label) -> dict[str, str]:
    """The labels of an object that serves the whole cluster."""
    return {**MANAGED, "bluelamp/force": label["force"]}


def metadata(
    label: naming.Label,
    name: str,
    namespace: pulumi.Input[str] | None = None,
    *,
    more_labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, pulumi.Input[str]] | None = None,
) -> kubernetes.meta.v1.ObjectMetaArgs:
    """The metadata of an object, with whose it is; cluster-wide where there is no `namespace`."""
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
    """A service account that acts as an Entra ID identity by workload identity: the cluster holds no password.

    The annotations are those of azure-workload-identity's webhook, which gives a token to pods that have the label
    `azure.workload.identity/use`; the API's own token is not mounted.
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
    """A name that is known in a preview and still waits for the object that has it."""
    return after(name, resource)
