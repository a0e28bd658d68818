"""The network policies of a tenant: all traffic is denied unless a policy allows it."""

from typing import Any

from pulumi_kubernetes.networking.v1 import NetworkPolicySpecArgs

from bluelamp.modules.kubernetes import traffic
from bluelamp.modules.kubernetes.tenant.arguments import TenantArgs


def network_policies(args: TenantArgs) -> dict[str, NetworkPolicySpecArgs]:
    """The policies by name."""
    gateway = traffic.pods_of(args.get("gateway_namespace", "gateway-system"))
    found = {
        "deny-all": traffic.deny_all(),
        "allow-dns": traffic.allow_dns(),
        "allow-ingress-gateway": traffic.allow_in([gateway]),
        "allow-same-namespace": traffic.allow_same_namespace(),
    }
    if "monitoring_namespace" in args:
        found["allow-monitoring"] = traffic.allow_in([traffic.pods_of(args["monitoring_namespace"])])
    for way in args.get("egress", []):
        if "cidr" in way:
            pods = traffic.program(way["program"]) if "program" in way else None
            found[f"allow-egress-{way['name']}"] = traffic.allow_out([traffic.network(way["cidr"])], way["ports"], pods)
    return found


def host_policies(args: TenantArgs) -> dict[str, dict[str, Any]]:
    """The specs of the CiliumNetworkPolicies by name, for egress to host names."""
    return {
        f"allow-egress-{way['name']}": traffic.allow_hosts(way["hosts"], way["ports"], way.get("program"))
        for way in args.get("egress", [])
        if "hosts" in way
    }
