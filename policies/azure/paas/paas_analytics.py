"""Analysis: machine learning, lakes and warehouses, and the catalogue of it all."""

from typing import Final

from bluelamp.policies.address_lists import with_others
from bluelamp.policies.addresses import WIDEST
from bluelamp.policies.azure._controls import BY_IDENTITY, CLOSED
from bluelamp.policies.azure._lists import adds_up
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
    "Machine learning sends data nowhere unapproved",
    must=Must("managedNetwork.isolationMode", be="AllowOnlyApprovedOutbound", default="Disabled"),
    failure="Machine learning workspace allows unapproved outbound traffic",
    severity=Severity.HIGH,
    controls=_KEPT_IN,
    at=MACHINE_LEARNING,
    fix="Set managedNetwork.isolationMode to AllowOnlyApprovedOutbound, with rules for what is needed.",
    example="""
machinelearningservices.Workspace(
    "demand", ..., managed_network={"isolation_mode": "AllowOnlyApprovedOutbound"}
)
""",
)
def learning_kept_in() -> None:
    """A notebook is a program that reads the force's data and may call any address there is; one package from the
    Internet is enough to send it away.
    """


@rule(
    "BL-PAAS-020",
    "Machine learning tells Microsoft as little as it can",
    must=Must("hbiWorkspace", be=True, default=False),
    failure="Machine learning workspace sends full diagnostic data to Microsoft",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("2.3") + caf("B3.a") + dpa("66") + iso("8.12") + mcsb("DP-1"),
    at=MACHINE_LEARNING,
    fix="Set hbiWorkspace to true when the workspace is made.",
    example='machinelearningservices.Workspace("demand", ..., hbi_workspace=True)',
)
def learning_keeps_diagnostics() -> None:
    """For diagnosis the service collects what its jobs do, and that may carry what they are about."""


@rule(
    "BL-PAAS-021",
    "Machine learning's machines have no local accounts",
    must=Must("disableLocalAuth", be=True, default=False),
    failure="Machine learning compute allows local accounts",
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
def learning_compute_by_identity() -> None:
    """Whoever has a local account on the machine acts as everybody who works on it, and in nobody's name."""


@rule(
    "BL-PAAS-022",
    "Synapse sends data nowhere unapproved",
    must=Must("managedVirtualNetworkSettings.preventDataExfiltration", be=True, default=False),
    failure="Synapse workspace has data exfiltration protection disabled",
    severity=Severity.HIGH,
    controls=_KEPT_IN,
    at=SYNAPSE,
    fix="Set managedVirtualNetworkSettings.preventDataExfiltration when the workspace is made.",
    example="""
synapse.Workspace("lake", ..., managed_virtual_network_settings={"prevent_data_exfiltration": True})
""",
)
def synapse_kept_in() -> None:
    """A pipeline or a notebook copies a whole lake to another tenant with one line, unless it may reach none."""


@rule(
    "BL-PAAS-023",
    "Synapse knows people and services by Entra ID only",
    must=Must("azureADOnlyAuthentication", be=True, default=False),
    failure="Synapse workspace allows SQL authentication",
    severity=Severity.MEDIUM,
    controls=BY_IDENTITY,
    at=SYNAPSE,
    fix="Set azureADOnlyAuthentication to true.",
    example='synapse.Workspace("lake", ..., azure_ad_only_authentication=True)',
)
def synapse_by_identity() -> None:
    """A login that lives in the database survives its owner's leaving and never asks for a second factor."""


@rule(
    "BL-PAAS-024",
    "Synapse is not open to everybody",
    failure="Synapse firewall admits all of Azure or the Internet",
    severity=Severity.CRITICAL,
    controls=CLOSED,
    at=SYNAPSE_FIREWALL,
    estate=True,
    fix="Name the force's own addresses, or use private endpoints alone.",
    example="""
synapse.IpFirewallRule("headquarters", ..., start_ip_address="81.2.69.142", end_ip_address="81.2.69.143")
""",
)
def synapse_is_not_open(entry: Value, estate: Estate, *, widest: EachAtLeast[int] = WIDEST) -> Outcome:
    """A rule from 0.0.0.0 stands for every machine in Azure, or for the whole Internet; so do rules that add up
    to it.
    """
    found = adds_up(entry, estate, widest)
    if found is None:
        return None
    start, others = found
    return Fail(start, "addresses of your own", with_others(others))


@rule(
    "BL-PAAS-025",
    "Databricks' machines have no public addresses",
    must=Must("parameters.enableNoPublicIp.value", be=True),
    failure="Databricks compute has public IP addresses",
    severity=Severity.HIGH,
    controls=CLOSED,
    at=DATABRICKS,
    fix="Set parameters.enableNoPublicIp.value to true when the workspace is made.",
    example='databricks.Workspace("lake", ..., parameters={"enable_no_public_ip": {"value": True}})',
)
def no_public_nodes() -> None:
    """Machines that hold the force's data while they reckon should not each have a door to the Internet."""


@rule(
    "BL-PAAS-026",
    "What the data catalogue uses is not public either",
    must=Must("managedResourcesPublicNetworkAccess", be="Disabled", default="NotSpecified"),
    failure="Purview managed resources are reachable from the Internet",
    severity=Severity.MEDIUM,
    controls=CLOSED,
    at=PURVIEW,
    fix="Set managedResourcesPublicNetworkAccess to Disabled.",
    example='purview.Account("catalogue", ..., managed_resources_public_network_access="Disabled")',
)
def catalogue_kept_in() -> None:
    """The catalogue keeps what it learnt about every system in storage and queues of its own."""


@rule(
    "BL-PAAS-027",
    "Data Explorer encrypts its disks",
    must=Must("enableDiskEncryption", be=True, default=False),
    failure="Data Explorer cluster has disk encryption disabled",
    severity=Severity.MEDIUM,
    controls=ncsc("2.3") + caf("B3.c") + iso("8.24") + mcsb("DP-4") + policing("cryptography"),
    at=KUSTO,
    fix="Set enableDiskEncryption to true.",
    example='kusto.Cluster("logs", ..., enable_disk_encryption=True)',
)
def cluster_disks() -> None:
    """What is queried is kept on the machines' own disks, which are not encrypted unless asked for."""
