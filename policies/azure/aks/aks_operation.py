"""Operation of AKS clusters: network, node pools, upgrades and availability."""

from collections.abc import Iterator
from typing import Final

from bluelamp.policies.azure._controls import RESILIENT, SUPPORTED
from bluelamp.policies.controls import caf, cis_kubernetes, cyber_essentials, iso, mcsb, ncsc, policing
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, Must, Outcome, rule
from bluelamp.policies.value import Value, some

CLUSTER: Final = "azure-native:containerservice:ManagedCluster"
POOL: Final = "azure-native:containerservice:AgentPool"
POOLS: Final = {CLUSTER: "agentPoolProfiles[*]", POOL: ""}

_PUBLISHING: Final = frozenset({"httpapplicationrouting", "kubedashboard"})
_ENOUGH_ZONES: Final = 2


@rule(
    "BL-AKS-010",
    "AKS clusters have a network policy engine",
    must=Must("networkProfile.networkPolicy", among=("azure", "calico", "cilium"), default="none"),
    failure="AKS cluster has no network policy engine",
    severity=Severity.HIGH,
    controls=ncsc("3")
    + caf("B4.a")
    + iso("8.22")
    + cyber_essentials("firewalls")
    + mcsb("NS-1")
    + cis_kubernetes("5.3.1"),
    at=CLUSTER,
    fix="Set networkProfile.networkPolicy to cilium, azure or calico when you create the cluster.",
    example="""
containerservice.ManagedCluster("records", ..., network_profile={"network_policy": "cilium"})
""",
)
def network_policy() -> None:
    """Without an engine, Kubernetes accepts and lists network policies but does not enforce them."""


@rule(
    "BL-AKS-011",
    "AKS outbound traffic is routed through the force's firewall",
    must=Must("networkProfile.outboundType", among=("userDefinedRouting", "none", "block"), default="loadBalancer"),
    failure="AKS outbound traffic bypasses the force's firewall",
    severity=Severity.MEDIUM,
    controls=ncsc("11") + caf("B4.a") + iso("8.22") + mcsb("NS-3") + policing("network-security"),
    at=CLUSTER,
    fix="Set networkProfile.outboundType to userDefinedRouting and route the subnet to the hub.",
    example="""
containerservice.ManagedCluster("records", ..., network_profile={"outbound_type": "userDefinedRouting"})
""",
)
def outbound_through_firewall() -> None:
    """By default a cluster uses a public address of its own for outbound traffic, which bypasses firewalls and logs."""


@rule(
    "BL-AKS-012",
    "AKS clusters have the Azure Policy add-on enabled",
    failure="AKS cluster has the Azure Policy add-on disabled",
    severity=Severity.MEDIUM,
    controls=ncsc("5", "7") + caf("B4.b") + iso("8.9") + mcsb("PV-2"),
    at=CLUSTER,
    fix="Enable the add-on azurepolicy in addonProfiles.",
    example="""
containerservice.ManagedCluster("records", ..., addon_profiles={"azurepolicy": {"enabled": True}})
""",
)
def has_policy_addon(cluster: Value) -> Outcome:
    """Checks before a deployment do not cover later changes in the cluster. The add-on denies violations at admission
    and reports existing ones.
    """
    addons = cluster["addonProfiles"]
    if some(_addons(cluster, frozenset({"azurepolicy"})), _is_enabled):
        return None
    return Fail(addons["azurepolicy"]["enabled"], True)


@rule(
    "BL-AKS-013",
    "AKS clusters do not use the HTTP application routing or dashboard add-ons",
    failure="AKS cluster uses a retired routing or dashboard add-on",
    severity=Severity.MEDIUM,
    controls=ncsc("11", "12") + caf("B4.b") + cyber_essentials("secure-configuration") + mcsb("PV-2"),
    at=CLUSTER,
    fix="Leave httpApplicationRouting and kubeDashboard out of addonProfiles, or set enabled to false.",
    example="""
containerservice.ManagedCluster("records", ..., addon_profiles={"httpApplicationRouting": {"enabled": False}})
""",
)
def no_legacy_addons(cluster: Value) -> Outcome:
    """HTTP application routing publishes workloads without access control, and the dashboard acts with its own
    permissions for every user. Microsoft has withdrawn both; they still run where they were enabled.
    """
    found = some(_addons(cluster, _PUBLISHING), _is_enabled)
    return Fail(found["enabled"], False) if found else None


@rule(
    "BL-AKS-014",
    "AKS clusters upgrade Kubernetes patch versions automatically",
    must=Must("autoUpgradeProfile.upgradeChannel", among=("patch", "stable", "rapid"), default="none"),
    failure="AKS cluster does not upgrade Kubernetes patch versions automatically",
    severity=Severity.MEDIUM,
    controls=SUPPORTED,
    at=CLUSTER,
    fix="Set autoUpgradeProfile.upgradeChannel to patch or stable, with a maintenance window.",
    example="""
containerservice.ManagedCluster("records", ..., auto_upgrade_profile={"upgrade_channel": "patch"})
""",
)
def upgrades() -> None:
    """Cyber Essentials requires critical patches within 14 days, which manual upgrades do not reliably meet."""


@rule(
    "BL-AKS-015",
    "AKS nodes apply operating system security updates automatically",
    must=Must("autoUpgradeProfile.nodeOSUpgradeChannel", among=("NodeImage", "SecurityPatch"), default="NodeImage"),
    failure="AKS nodes do not apply operating system updates automatically",
    severity=Severity.MEDIUM,
    controls=SUPPORTED,
    at=CLUSTER,
    fix="Set autoUpgradeProfile.nodeOSUpgradeChannel to SecurityPatch or NodeImage, or leave it out.",
    example="""
containerservice.ManagedCluster("records", ..., auto_upgrade_profile={"node_os_upgrade_channel": "SecurityPatch"})
""",
)
def node_upgrades() -> None:
    """A vulnerable kernel lets a container take over its node. Nodes are virtual machines and need patches."""


@rule(
    "BL-AKS-016",
    "AKS node pools have encryption at host enabled",
    must=Must("enableEncryptionAtHost", be=True, default=False),
    failure="AKS node pool has encryption at host disabled",
    severity=Severity.MEDIUM,
    controls=ncsc("2.3") + caf("B3.c") + iso("8.24") + mcsb("DP-4") + policing("cryptography"),
    at=POOLS,
    fix="Set enableEncryptionAtHost to true on every node pool.",
    example='containerservice.AgentPool("work", ..., enable_encryption_at_host=True)',
)
def encrypted_hosts() -> None:
    """Without encryption at host, temporary disks and caches hold container data, including secrets, unencrypted."""


@rule(
    "BL-AKS-017",
    "AKS nodes have no public IP address",
    must=Must("enableNodePublicIP", be=False, default=False),
    failure="AKS nodes have public IP addresses",
    severity=Severity.HIGH,
    controls=ncsc("11") + caf("B4.a") + iso("8.22") + cyber_essentials("firewalls") + mcsb("NS-1"),
    at=POOLS,
    fix="Set enableNodePublicIP to false, or leave it out.",
    example='containerservice.AgentPool("work", ..., enable_node_public_ip=False)',
)
def no_node_address() -> None:
    """A node with a public IP address is reachable from the Internet without a firewall, inspection or log."""


@rule(
    "BL-AKS-018",
    "AKS node pools have secure boot enabled",
    must=Must("securityProfile.enableSecureBoot", be=True, default=False),
    failure="AKS node pool has secure boot disabled",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("5") + caf("B4.b") + iso("8.9") + mcsb("PV-4") + policing("secure-configuration"),
    at=POOLS,
    fix="Set securityProfile.enableSecureBoot and securityProfile.enableVTPM to true on every node pool.",
    example='containerservice.AgentPool("work", ..., security_profile={"enable_secure_boot": True})',
)
def secure_boot() -> None:
    """Malware that loads before the operating system is invisible to it. Secure boot blocks it."""


@rule(
    "BL-AKS-019",
    "AKS node pools have SSH access disabled",
    must=Must("securityProfile.sshAccess", be="Disabled", default="LocalUser"),
    failure="AKS node pool has SSH access enabled",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("12") + caf("B2.c", "B4.c") + mcsb("PA-1") + policing("privileged-access-management"),
    at=POOLS,
    fix="Set securityProfile.sshAccess to Disabled on every node pool.",
    example='containerservice.AgentPool("work", ..., security_profile={"ssh_access": "Disabled"})',
)
def no_node_ssh() -> None:
    """One shared SSH key opens every node and identifies no person. A debug container gives the same access with an
    identity.
    """


@rule(
    "BL-AKS-020",
    "AKS node pools use two or more availability zones",
    failure="AKS node pool uses fewer than two availability zones",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=RESILIENT,
    at=POOLS,
    fix="Set availabilityZones to two or three zones where the region has them (UK South has, UK West has none).",
    example='containerservice.AgentPool("work", ..., availability_zones=["1", "2", "3"])',
)
def availability_zones(pool: Value) -> Outcome:
    """Nodes in one data centre fail together, with every workload on them."""
    zones = pool["availabilityZones"]
    return None if len({zone.text() for zone in zones.each()}) >= _ENOUGH_ZONES else Fail(zones, "two or more zones")


@rule(
    "BL-AKS-021",
    "AKS clusters have an uptime SLA",
    must=Must("sku.tier", among=("Standard", "Premium"), default="Free"),
    failure="AKS cluster is of the free tier, without an uptime SLA",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=RESILIENT,
    at=CLUSTER,
    fix="Set sku.name to Base and sku.tier to Standard.",
    example='containerservice.ManagedCluster("records", ..., sku={"name": "Base", "tier": "Standard"})',
)
def uptime_sla() -> None:
    """The free tier has no uptime SLA for the API server, and throttles busy clusters first."""


def _addons(cluster: Value, names: frozenset[str]) -> Iterator[Value]:
    """The add-ons with these names; Azure compares the names case-insensitively."""
    return (addon for addon in cluster["addonProfiles"].each() if str(addon.key).lower() in names)


def _is_enabled(addon: Value) -> bool:
    return addon["enabled"].get(False) is True
