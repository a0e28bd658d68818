"""Kubernetes as a service: the network of clusters, their nodes and how they are kept up to date."""

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
    "Clusters enforce network policies",
    must=Must("networkProfile.networkPolicy", among=("azure", "calico", "cilium"), default="none"),
    failure="AKS cluster does not enforce network policies",
    severity=Severity.HIGH,
    controls=ncsc("3")
    + caf("B4.a")
    + iso("8.22")
    + cyber_essentials("firewalls")
    + mcsb("NS-1")
    + cis_kubernetes("5.3.1"),
    at=CLUSTER,
    fix="Set networkProfile.networkPolicy to cilium, azure or calico when the cluster is made.",
    example="""
containerservice.ManagedCluster("records", ..., network_profile={"network_policy": "cilium"})
""",
)
def network_policy() -> None:
    """Without something that enforces them, network policies are accepted, listed and without any effect."""


@rule(
    "BL-AKS-011",
    "Clusters go out through the force's firewall",
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
def outbound() -> None:
    """By default a cluster gets a public address of its own to go out with, past every firewall and log."""


@rule(
    "BL-AKS-012",
    "Clusters judge what is deployed by Azure Policy",
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
    """Rules that only run before a deployment miss what people do in the cluster afterwards; the add-on refuses it
    there and reports what is already wrong.
    """
    addons = cluster["addonProfiles"]
    if some(_addons(cluster, frozenset({"azurepolicy"})), _is_enabled):
        return None
    return Fail(addons["azurepolicy"]["enabled"], True)


@rule(
    "BL-AKS-013",
    "Clusters run no add-on that publishes or administers by itself",
    failure="AKS cluster runs a retired routing or dashboard add-on",
    severity=Severity.MEDIUM,
    controls=ncsc("11", "12") + caf("B4.b") + cyber_essentials("secure-configuration") + mcsb("PV-2"),
    at=CLUSTER,
    fix="Leave httpApplicationRouting and kubeDashboard out of addonProfiles, or set enabled to false.",
    example="""
containerservice.ManagedCluster("records", ..., addon_profiles={"httpApplicationRouting": {"enabled": False}})
""",
)
def no_publishing_addon(cluster: Value) -> Outcome:
    """HTTP application routing gives every workload that asks a public name without access control, and the dashboard
    acts with its own rights for whoever reaches it. Both were withdrawn by Microsoft and still run where they were on.
    """
    found = some(_addons(cluster, _PUBLISHING), _is_enabled)
    return Fail(found["enabled"], False) if found else None


@rule(
    "BL-AKS-014",
    "Clusters take Kubernetes patches by themselves",
    must=Must("autoUpgradeProfile.upgradeChannel", among=("patch", "stable", "rapid"), default="none"),
    failure="AKS cluster does not apply Kubernetes patches automatically",
    severity=Severity.MEDIUM,
    controls=SUPPORTED,
    at=CLUSTER,
    fix="Set autoUpgradeProfile.upgradeChannel to patch or stable, with a maintenance window.",
    example="""
containerservice.ManagedCluster("records", ..., auto_upgrade_profile={"upgrade_channel": "patch"})
""",
)
def upgrades() -> None:
    """Cyber Essentials gives 14 days for a critical patch; a cluster that waits for a person rarely makes it."""


@rule(
    "BL-AKS-015",
    "Nodes take system patches by themselves",
    must=Must("autoUpgradeProfile.nodeOSUpgradeChannel", among=("NodeImage", "SecurityPatch"), default="NodeImage"),
    failure="AKS nodes do not apply operating system patches automatically",
    severity=Severity.MEDIUM,
    controls=SUPPORTED,
    at=CLUSTER,
    fix="Set autoUpgradeProfile.nodeOSUpgradeChannel to SecurityPatch or NodeImage, or leave it out.",
    example="""
containerservice.ManagedCluster("records", ..., auto_upgrade_profile={"node_os_upgrade_channel": "SecurityPatch"})
""",
)
def node_upgrades() -> None:
    """A kernel with a known hole lets a container become its node; the nodes are machines and need patching."""


@rule(
    "BL-AKS-016",
    "Disks of nodes are encrypted on the host",
    must=Must("enableEncryptionAtHost", be=True, default=False),
    failure="AKS node disks are not encrypted at host",
    severity=Severity.MEDIUM,
    controls=ncsc("2.3") + caf("B3.c") + iso("8.24") + mcsb("DP-4") + policing("cryptography"),
    at=POOLS,
    fix="Set enableEncryptionAtHost to true on every node pool.",
    example='containerservice.AgentPool("work", ..., enable_encryption_at_host=True)',
)
def encrypted_hosts() -> None:
    """Temporary disks and caches hold what containers wrote, secrets among it, otherwise in plain text."""


@rule(
    "BL-AKS-017",
    "Nodes have no public address",
    must=Must("enableNodePublicIP", be=False, default=False),
    failure="AKS nodes have public IP addresses",
    severity=Severity.HIGH,
    controls=ncsc("11") + caf("B4.a") + iso("8.22") + cyber_essentials("firewalls") + mcsb("NS-1"),
    at=POOLS,
    fix="Set enableNodePublicIP to false, or leave it out.",
    example='containerservice.AgentPool("work", ..., enable_node_public_ip=False)',
)
def no_node_address() -> None:
    """A node with a public address answers the Internet itself: no firewall, no inspection, no record."""


@rule(
    "BL-AKS-018",
    "Nodes start signed systems only",
    must=Must("securityProfile.enableSecureBoot", be=True, default=False),
    failure="AKS nodes start without secure boot or a virtual TPM",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("5") + caf("B4.b") + iso("8.9") + mcsb("PV-4") + policing("secure-configuration"),
    at=POOLS,
    fix="Set securityProfile.enableSecureBoot and securityProfile.enableVTPM to true on every node pool.",
    example='containerservice.AgentPool("work", ..., security_profile={"enable_secure_boot": True})',
)
def secure_boot() -> None:
    """Malware that loads before the system is invisible to everything in it; secure boot refuses to start it."""


@rule(
    "BL-AKS-019",
    "Nobody signs in to nodes",
    must=Must("securityProfile.sshAccess", be="Disabled", default="LocalUser"),
    failure="AKS nodes accept SSH connections",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("12") + caf("B2.c", "B4.c") + mcsb("PA-1") + policing("privileged-access-management"),
    at=POOLS,
    fix="Set securityProfile.sshAccess to Disabled on every node pool.",
    example='containerservice.AgentPool("work", ..., security_profile={"ssh_access": "Disabled"})',
)
def no_node_ssh() -> None:
    """One key opens every node for ever and names nobody. A debug container finds faults, by identity."""


@rule(
    "BL-AKS-020",
    "Nodes stand in more than one zone",
    failure="AKS node pool uses fewer than two availability zones",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=RESILIENT,
    at=POOLS,
    fix="Set availabilityZones to two or three zones where the region has them (UK South has, UK West has none).",
    example='containerservice.AgentPool("work", ..., availability_zones=["1", "2", "3"])',
)
def nodes_are_spread(pool: Value) -> Outcome:
    """Nodes in one building stop together when it loses power, and everything that ran on them stops too."""
    zones = pool["availabilityZones"]
    return None if len({zone.text() for zone in zones.each()}) >= _ENOUGH_ZONES else Fail(zones, "two zones or more")


@rule(
    "BL-AKS-021",
    "Clusters have a promised uptime",
    must=Must("sku.tier", among=("Standard", "Premium"), default="Free"),
    failure="AKS cluster has no uptime SLA",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=RESILIENT,
    at=CLUSTER,
    fix="Set sku to Base and Standard.",
    example='containerservice.ManagedCluster("records", ..., sku={"name": "Base", "tier": "Standard"})',
)
def uptime() -> None:
    """The free tier promises nothing for the API server, and throttles a busy cluster first."""


def _addons(cluster: Value, names: frozenset[str]) -> Iterator[Value]:
    """The add-ons of these names; Azure compares them without case."""
    return (addon for addon in cluster["addonProfiles"].each() if str(addon.key).lower() in names)


def _is_enabled(addon: Value) -> bool:
    return addon["enabled"].get(False) is True
