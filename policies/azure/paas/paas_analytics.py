"""Machine learning, Synapse, Databricks, Purview and Data Explorer."""

from typing import Final

from bluelamp.policies.address_lists import with_others
from bluelamp.policies.addresses import WIDEST
from bluelamp.policies.azure._controls import BY_IDENTITY, CLOSED
from bluelamp.policies.azure._lists import wide_with_others
from bluelamp.policies.azure.paas.paas_common import DATABRICKS, KUSTO, MACHINE_LEARNING, PURVIEW, SYNAPSE
from bluelamp.policies.controls import caf, dpa, iso, mcsb, ncsc, policing
from bluelamp.policies.estate import Estate
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, Must, Outcome, rule
from bluelamp.policies.tighter import EachAtLeast
from bluelamp.policies.value import Value

LEARNING_COMPUTE: Final = "azure-native:machinelearningservices:Compute"
SYNAPSE_FIREWALL: Final = "azure-native:synapse:IpFirewallRule"

_KEPT_IN: Final = ncsc("3") + caf("B3.a", "B3.c") + iso("5.14", "8.12") + mcsb("DP-2") + dpa("66")


@rule(
    "BL-PAAS-019",
    "Machine learning workspaces allow approved outbound traffic only",
    must=Must("managedNetwork.isolationMode", be="AllowOnlyApprovedOutbound", default="Disabled"),
    failure="Machine learning workspace allows unapproved outbound traffic",
    severity=Severity.HIGH,
    controls=_KEPT_IN,
    at=MACHINE_LEARNING,
    fix="Set managedNetwork.isolationMode to AllowOnlyApprovedOutbound, with rules for the required destinations.",
    example="""
machinelearningservices.Workspace(
    "demand", ..., managed_network={"isolation_mode": "AllowOnlyApprovedOutbound"}
)
""",
)
def machine_learning_restricts_outbound() -> None:
    """Notebooks read the force's data and can call any address. One malicious package is enough to exfiltrate it."""


@rule(
    "BL-PAAS-020",
    "Machine learning workspaces are marked as high business impact",
    must=Must("hbiWorkspace", be=True, default=False),
    failure="Machine learning workspace is not marked as high business impact",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("2.3") + caf("B3.a") + dpa("66") + iso("8.12") + mcsb("DP-1"),
    at=MACHINE_LEARNING,
    fix="Set hbiWorkspace to true when you create the workspace.",
    example='machinelearningservices.Workspace("demand", ..., hbi_workspace=True)',
)
def machine_learning_high_business_impact() -> None:
    """The service collects diagnostic data about jobs, which may contain sensitive content. The high business impact
    setting limits it.
    """


@rule(
    "BL-PAAS-021",
    "Machine learning compute has local accounts disabled",
    must=Must("disableLocalAuth", be=True, default=False),
    failure="Machine learning compute has local accounts enabled",
    severity=Severity.MEDIUM,
    controls=BY_IDENTITY,
    at={LEARNING_COMPUTE: "properties"},
    fix="Set properties.disableLocalAuth to true.",
    example="""
machinelearningservices.Compute(
    "demand",
    ...,
    properties=machinelearningservices.AmlComputeArgs(compute_type="AmlCompute", disable_local_auth=True),
)
""",
)
def machine_learning_compute_no_local_auth() -> None:
    """A local account gives access to the work of all users of the compute, without an identity in the log."""


@rule(
    "BL-PAAS-022",
    "Synapse workspaces have data exfiltration protection enabled",
    must=Must("managedVirtualNetworkSettings.preventDataExfiltration", be=True, default=False),
    failure="Synapse workspace has data exfiltration protection disabled",
    severity=Severity.HIGH,
    controls=_KEPT_IN,
    at=SYNAPSE,
    fix="Set managedVirtualNetworkSettings.preventDataExfiltration to true when you create the workspace.",
    example="""
synapse.Workspace("lake", ..., managed_virtual_network_settings={"prevent_data_exfiltration": True})
""",
)
def synapse_exfiltration_protection() -> None:
    """Without it, one line in a pipeline or notebook can copy a data lake to another tenant."""


@rule(
    "BL-PAAS-023",
    "Synapse workspaces use Entra ID-only authentication",
    must=Must("azureADOnlyAuthentication", be=True, default=False),
    failure="Synapse workspace allows SQL authentication",
    severity=Severity.MEDIUM,
    controls=BY_IDENTITY,
    at=SYNAPSE,
    fix="Set azureADOnlyAuthentication to true.",
    example='synapse.Workspace("lake", ..., azure_ad_only_authentication=True)',
)
def synapse_entra_only() -> None:
    """A SQL login stays valid after its owner leaves and has no multi-factor authentication."""


@rule(
    "BL-PAAS-024",
    "Synapse firewall rules do not admit all of Azure or the Internet",
    failure="Synapse firewall admits all of Azure or the Internet",
    severity=Severity.CRITICAL,
    controls=CLOSED,
    at=SYNAPSE_FIREWALL,
    estate=True,
    fix="Name the force's own addresses, or use private endpoints only.",
    example="""
synapse.IpFirewallRule("headquarters", ..., start_ip_address="81.2.69.142", end_ip_address="81.2.69.143")
""",
)
def synapse_is_not_open(entry: Value, estate: Estate, *, widest: EachAtLeast[int] = WIDEST) -> Outcome:
    """A rule from 0.0.0.0 admits every virtual machine in Azure, or the whole Internet. So do rules that cover it
    together.
    """
    found = wide_with_others(entry, estate, widest)
    if found is None:
        return None
    start, others = found
    return Fail(start, "the force's own addresses", with_others(others))


@rule(
    "BL-PAAS-025",
    "Databricks clusters have no public IP addresses",
    must=Must("parameters.enableNoPublicIp.value", be=True),
    failure="Databricks clusters have public IP addresses",
    severity=Severity.HIGH,
    controls=CLOSED,
    at=DATABRICKS,
    fix="Set parameters.enableNoPublicIp.value to true when you create the workspace.",
    example='databricks.Workspace("lake", ..., parameters={"enable_no_public_ip": {"value": True}})',
)
def no_public_nodes() -> None:
    """Compute that processes the force's data does not need to be reachable from the Internet."""


@rule(
    "BL-PAAS-026",
    "Purview managed resources have public network access disabled",
    must=Must("managedResourcesPublicNetworkAccess", be="Disabled", default="NotSpecified"),
    failure="Purview managed resources have public network access enabled",
    severity=Severity.MEDIUM,
    controls=CLOSED,
    at=PURVIEW,
    fix="Set managedResourcesPublicNetworkAccess to Disabled.",
    example='purview.Account("catalogue", ..., managed_resources_public_network_access="Disabled")',
)
def purview_managed_resources_not_public() -> None:
    """Purview stores metadata of every catalogued system in managed storage and queues."""


@rule(
    "BL-PAAS-027",
    "Data Explorer clusters have disk encryption enabled",
    must=Must("enableDiskEncryption", be=True, default=False),
    failure="Data Explorer cluster has disk encryption disabled",
    severity=Severity.MEDIUM,
    controls=ncsc("2.3") + caf("B3.c") + iso("8.24") + mcsb("DP-4") + policing("cryptography"),
    at=KUSTO,
    fix="Set enableDiskEncryption to true.",
    example='kusto.Cluster("logs", ..., enable_disk_encryption=True)',
)
def data_explorer_disk_encryption() -> None:
    """Hot data is cached on the disks of the cluster's virtual machines, which are unencrypted by default."""
