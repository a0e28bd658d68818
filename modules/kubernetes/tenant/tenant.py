"""A team's namespace on a shared cluster, with everything that keeps it to itself."""

from typing import NotRequired, TypedDict

import pulumi
import pulumi_kubernetes as kubernetes

from modules import naming
from modules.component import Component, after
from modules.kubernetes.tenant.policies import network_policies


class TenantQuota(TypedDict):
    """What all pods of a tenant may ask for together."""

    cpu: NotRequired[str]
    """Cores, such as `4` or `500m`; 4 when left out."""
    memory: NotRequired[str]
    """Memory, such as `16Gi`; 16Gi when left out."""
    pods: NotRequired[int]
    """Number of pods; 50 when left out."""


class TenantGroups(TypedDict):
    """Entra ID groups, by object id, that get the built-in role of the same name in the namespace."""

    admin: NotRequired[str]
    """May manage everything in the namespace but its quota and its limits."""
    edit: NotRequired[str]
    """May run workloads; may not see or change who has which role."""
    view: NotRequired[str]
    """May look at workloads, not at secrets."""


class TenantArgs(TypedDict):
    """What a tenant needs."""

    label: naming.Label
    """Whose it is; the ownership annotations follow from it."""
    namespace: str
    """Name of the namespace."""
    quota: NotRequired[TenantQuota]
    """What the tenant's pods may ask for together."""
    groups: NotRequired[TenantGroups]
    """Who may do what."""
    pod_security: NotRequired[str]
    """The Pod Security Standard that is enforced, `restricted` or `baseline`; `restricted` when left out. Warnings and
    audit records are always by `restricted`."""
    pod_security_version: NotRequired[str]
    """The edition of the standard, such as `v1.36`; `latest` when left out."""
    gateway_namespace: NotRequired[str]
    """Namespace of the ingress gateway, which may reach every pod; `gateway-system` when left out."""


class Tenant(Component):
    """A namespace with Pod Security, network policies, quota, limits, roles and a service account."""

    namespace: pulumi.Output[str]
    """The namespace's name, known before it exists."""
    service_account: pulumi.Output[str]
    """Name of the service account for workloads; no token is mounted into its pods."""

    def __init__(self, name: str, args: TenantArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        labels = {
            "app.kubernetes.io/managed-by": "bluelamp",
            "bluelamp/force": args["label"]["force"],
            "bluelamp/tenant": args["namespace"],
        }
        annotations = naming.annotations(args["label"])
        space = kubernetes.core.v1.Namespace(
            f"{name}-namespace",
            metadata=kubernetes.meta.v1.ObjectMetaArgs(
                name=args["namespace"], labels={**labels, **_pod_security(args)}, annotations=annotations
            ),
            opts=self.child(),
        )
        self.namespace = after(args["namespace"], space)

        def metadata(own_name: str) -> kubernetes.meta.v1.ObjectMetaArgs:
            return kubernetes.meta.v1.ObjectMetaArgs(
                name=own_name, namespace=self.namespace, labels=labels, annotations=annotations
            )

        for policy, spec in network_policies(args.get("gateway_namespace", "gateway-system")).items():
            kubernetes.networking.v1.NetworkPolicy(
                f"{name}-{policy}", metadata=metadata(policy), spec=spec, opts=self.child()
            )
        kubernetes.core.v1.ResourceQuota(
            f"{name}-quota", metadata=metadata("tenant"), spec=_quota(args.get("quota", {})), opts=self.child()
        )
        kubernetes.core.v1.LimitRange(f"{name}-limits", metadata=metadata("tenant"), spec=_limits(), opts=self.child())
        for role, group in _groups(args).items():
            kubernetes.rbac.v1.RoleBinding(
                f"{name}-{role}",
                metadata=metadata(f"tenant-{role}"),
                role_ref=kubernetes.rbac.v1.RoleRefArgs(
                    api_group="rbac.authorization.k8s.io", kind="ClusterRole", name=role
                ),
                subjects=[
                    kubernetes.rbac.v1.SubjectArgs(api_group="rbac.authorization.k8s.io", kind="Group", name=group)
                ],
                opts=self.child(),
            )
        account = kubernetes.core.v1.ServiceAccount(
            f"{name}-account",
            metadata=metadata("workload"),
            automount_service_account_token=False,
            opts=self.child(),
        )
        self.service_account = after("workload", account)
        self.finish()


def _pod_security(args: TenantArgs) -> dict[str, str]:
    """The six labels of Pod Security admission."""
    enforced, version = args.get("pod_security", "restricted"), args.get("pod_security_version", "latest")
    if enforced not in ("restricted", "baseline"):
        raise ValueError(f"Tenant {args['namespace']!r}: pod_security is {enforced!r}; use restricted or baseline")
    prefix = "pod-security.kubernetes.io"
    levels = {"enforce": enforced, "audit": "restricted", "warn": "restricted"}
    return {
        **{f"{prefix}/{mode}": level for mode, level in levels.items()},
        **{f"{prefix}/{mode}-version": version for mode in levels},
    }


def _quota(quota: TenantQuota) -> kubernetes.core.v1.ResourceQuotaSpecArgs:
    cpu, memory = quota.get("cpu", "4"), quota.get("memory", "16Gi")
    return kubernetes.core.v1.ResourceQuotaSpecArgs(
        hard={
            "requests.cpu": cpu,
            "requests.memory": memory,
            "limits.cpu": cpu,
            "limits.memory": memory,
            "pods": str(quota.get("pods", 50)),
            # The way in is the ingress gateway.
            "services.loadbalancers": "0",
            "services.nodeports": "0",
        }
    )


def _limits() -> kubernetes.core.v1.LimitRangeSpecArgs:
    """What a container gets that asks for nothing; without it the quota would refuse the container."""
    return kubernetes.core.v1.LimitRangeSpecArgs(
        limits=[
            kubernetes.core.v1.LimitRangeItemArgs(
                type="Container",
                default={"cpu": "500m", "memory": "512Mi"},
                default_request={"cpu": "100m", "memory": "128Mi"},
            )
        ]
    )


def _groups(args: TenantArgs) -> dict[str, str]:
    groups = args.get("groups", {})
    wanted = (("admin", groups.get("admin")), ("edit", groups.get("edit")), ("view", groups.get("view")))
    return {role: group for role, group in wanted if group}
