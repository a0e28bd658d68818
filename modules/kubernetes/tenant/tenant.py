"""A team's namespace on a shared cluster, isolated from the others."""

from typing import Literal

import pulumi
import pulumi_kubernetes as kubernetes

from bluelamp.modules import naming
from bluelamp.modules.component import Component, after
from bluelamp.modules.kubernetes.owned import MANAGED, custom
from bluelamp.modules.kubernetes.tenant.arguments import TenantArgs, TenantLimits, TenantQuota, check
from bluelamp.modules.kubernetes.tenant.gitops import follow
from bluelamp.modules.kubernetes.tenant.policies import host_policies, network_policies

_MOST: tuple[tuple[str, Literal["most_cpu", "most_memory"]], ...] = (("cpu", "most_cpu"), ("memory", "most_memory"))


class Tenant(Component):
    """A namespace with Pod Security, network policies, quota, limits, roles and a service account."""

    namespace: pulumi.Output[str]
    """The namespace's name, known before it exists."""
    service_account: pulumi.Output[str]
    """Name of the service account for workloads; no token is mounted into its pods."""

    def __init__(self, name: str, args: TenantArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        check(args)
        labels = {
            **MANAGED,
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

        for policy, spec in network_policies(args).items():
            kubernetes.networking.v1.NetworkPolicy(
                f"{name}-{policy}", metadata=metadata(policy), spec=spec, opts=self.child()
            )
        for policy, hosts in host_policies(args).items():
            custom(f"{name}-{policy}", "cilium.io/v2 CiliumNetworkPolicy", metadata(policy), hosts, self.child())
        kubernetes.core.v1.ResourceQuota(
            f"{name}-quota", metadata=metadata("tenant"), spec=_quota(args.get("quota", {})), opts=self.child()
        )
        kubernetes.core.v1.LimitRange(
            f"{name}-limits", metadata=metadata("tenant"), spec=_limits(args.get("limits", {})), opts=self.child()
        )
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
        if "gitops" in args:
            follow(self, name, args["gitops"], self.namespace, {"labels": labels, "annotations": annotations})
        self.finish()


def _pod_security(args: TenantArgs) -> dict[str, str]:
    """The six labels of Pod Security admission."""
    enforced, version = args.get("pod_security", "restricted"), args.get("pod_security_version", "latest")
    prefix = "pod-security.kubernetes.io"
    levels = {"enforce": enforced, "audit": "restricted", "warn": "restricted"}
    return {
        **{f"{prefix}/{mode}": level for mode, level in levels.items()},
        **{f"{prefix}/{mode}-version": version for mode in levels},
    }


def _quota(quota: TenantQuota) -> kubernetes.core.v1.ResourceQuotaSpecArgs:
    cpu, memory = quota.get("cpu", "4"), quota.get("memory", "16Gi")
    hard = {
        "requests.cpu": cpu,
        "requests.memory": memory,
        "limits.cpu": cpu,
        "limits.memory": memory,
        "pods": str(quota.get("pods", 50)),
        # Ingress is through the gateway only.
        "services.loadbalancers": "0",
        "services.nodeports": "0",
    }
    if "storage" in quota:
        hard["requests.storage"] = quota["storage"]
    if "volumes" in quota:
        hard["persistentvolumeclaims"] = str(quota["volumes"])
    return kubernetes.core.v1.ResourceQuotaSpecArgs(hard=hard)


def _limits(limits: TenantLimits) -> kubernetes.core.v1.LimitRangeSpecArgs:
    """Default and maximum resources of a container. The quota would reject a container without limits."""
    most = {resource: limits[key] for resource, key in _MOST if key in limits}
    return kubernetes.core.v1.LimitRangeSpecArgs(
        limits=[
            kubernetes.core.v1.LimitRangeItemArgs(
                type="Container",
                default={"cpu": limits.get("cpu", "500m"), "memory": limits.get("memory", "512Mi")},
                default_request={"cpu": "100m", "memory": "128Mi"},
                max=most or None,
            )
        ]
    )


def _groups(args: TenantArgs) -> dict[str, str]:
    groups = args.get("groups", {})
    wanted = (("admin", groups.get("admin")), ("edit", groups.get("edit")), ("view", groups.get("view")))
    return {role: group for role, group in wanted if group}
