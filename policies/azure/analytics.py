"""Analysis: machine learning, lakes and warehouses, and the catalogue of it all."""

from typing import Final

from bluelamp.policies.address_lists import with_others
from bluelamp.policies.addresses import WIDEST
from bluelamp.policies.azure._controls import BY_IDENTITY, CLOSED
from bluelamp.policies.azure._lists import adds_up
from bluelamp.policies.azure.paas import DATABRICKS, KUSTO, MACHINE_LEARNING, PURVIEW, SYNAPSE
from bluelamp.policies.controls import caf, dpa, iso, mcsb, ncsc, policing
from bluelamp.policies.estate import Estate
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, Must, Outcome, require, rule
from bluelamp.policies.tighter import EachAtLeast
from bluelamp.policies.value import Value

LEARNING_COMPUTE: Final = "azure-native:machinelearningservices:Compute"
SYNAPSE_FIREWALL: Final = "azure-native:synapse:IpFirewallRule"

_KEPT_IN: Final = ncsc("3") + caf("B3.a", "B3.c") + iso("5.14", "8.12") + mcsb("DP-2") + dpa("66")

LEARNING_KEPT_IN: Final = require(
    "BL-PAAS-019",
    "Machine learning sends data nowhere unapproved",
    Must("managedNetwork.isolationMode", be="AllowOnlyApprovedOutbound", default="Disabled"),
    severity=Severity.HIGH,
    controls=_KEPT_IN,
    at=MACHINE_LEARNING,
    rationale="""A notebook is a program that reads the force's data and may call any address there is; one package from
    the Internet is enough to send it away.""",
    fix="Set managedNetwork.isolationMode to AllowOnlyApprovedOutbound, with rules for what is needed.",
    example="""
machinelearningservices.Workspace(
    "demand", ..., managed_network={"isolation_mode": "AllowOnlyApprovedOutbound"}
)
""",
)

LEARNING_KEEPS_DIAGNOSTICS: Final = require(
    "BL-PAAS-020",
    "Machine learning tells Microsoft as little as it can",
    Must("hbiWorkspace", be=True, default=False),
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("2.3") + caf("B3.a") + dpa("66") + iso("8.12") + mcsb("DP-1"),
    at=MACHINE_LEARNING,
    rationale="For diagnosis the service collects what its jobs do, and that may carry what they are about.",
    fix="Set hbiWorkspace to true when the workspace is made.",
    example='machinelearningservices.Workspace("demand", ..., hbi_workspace=True)',
)

LEARNING_COMPUTE_BY_IDENTITY: Final = require(
    "BL-PAAS-021",
    "Machine learning's machines have no local accounts",
    Must("disableLocalAuth", be=True, default=False),
    severity=Severity.MEDIUM,
    controls=BY_IDENTITY,
    at={LEARNING_COMPUTE: "properties"},
    rationale="Whoever has a local account on the machine acts as everybody who works on it, and in nobody's name.",
    fix="Set properties.disableLocalAuth to true.",
    example="""
machinelearningservices.Compute(
    "demand",
    ...,
    properties=machinelearningservices.AmlComputeArgs(compute_type="AmlCompute", disable_local_auth=True),
)
""",
)

SYNAPSE_KEPT_IN: Final = require(
    "BL-PAAS-022",
    "Synapse sends data nowhere unapproved",
    Must("managedVirtualNetworkSettings.preventDataExfiltration", be=True, default=False),
    severity=Severity.HIGH,
    controls=_KEPT_IN,
    at=SYNAPSE,
    rationale="A pipeline or a notebook copies a whole lake to another tenant with one line, unless it may reach none.",
    fix="Set managedVirtualNetworkSettings.preventDataExfiltration when the workspace is made.",
    example="""
synapse.Workspace("lake", ..., managed_virtual_network_settings={"prevent_data_exfiltration": True})
""",
)

SYNAPSE_BY_IDENTITY: Final = require(
    "BL-PAAS-023",
    "Synapse knows people and services by Entra ID only",
    Must("azureADOnlyAuthentication", be=True, default=False),
    severity=Severity.MEDIUM,
    controls=BY_IDENTITY,
    at=SYNAPSE,
    rationale="A login that lives in the database survives its owner's leaving and never asks for a second factor.",
    fix="Set azureADOnlyAuthentication to true.",
    example='synapse.Workspace("lake", ..., azure_ad_only_authentication=True)',
)


@rule(
    "BL-PAAS-024",
    "Synapse is not open to everybody",
    severity=Severity.CRITICAL,
    controls=CLOSED,
    at=SYNAPSE_FIREWALL,
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


NO_PUBLIC_NODES: Final = require(
    "BL-PAAS-025",
    "Databricks' machines have no public addresses",
    Must("parameters.enableNoPublicIp.value", be=True),
    severity=Severity.HIGH,
    controls=CLOSED,
    at=DATABRICKS,
    rationale="Machines that hold the force's data while they reckon should not each have a door to the Internet.",
    fix="Set parameters.enableNoPublicIp.value to true when the workspace is made.",
    example='databricks.Workspace("lake", ..., parameters={"enable_no_public_ip": {"value": True}})',
)

CATALOGUE_KEPT_IN: Final = require(
    "BL-PAAS-026",
    "What the data catalogue uses is not public either",
    Must("managedResourcesPublicNetworkAccess", be="Disabled", default="NotSpecified"),
    severity=Severity.MEDIUM,
    controls=CLOSED,
    at=PURVIEW,
    rationale="The catalogue keeps what it learnt about every system in storage and queues of its own.",
    fix="Set managedResourcesPublicNetworkAccess to Disabled.",
    example='purview.Account("catalogue", ..., managed_resources_public_network_access="Disabled")',
)

CLUSTER_DISKS: Final = require(
    "BL-PAAS-027",
    "Data Explorer encrypts its disks",
    Must("enableDiskEncryption", be=True, default=False),
    severity=Severity.MEDIUM,
    controls=ncsc("2.3") + caf("B3.c") + iso("8.24") + mcsb("DP-4") + policing("cryptography"),
    at=KUSTO,
    rationale="What is queried is kept on the machines' own disks, which are not encrypted unless asked for.",
    fix="Set enableDiskEncryption to true.",
    example='kusto.Cluster("logs", ..., enable_disk_encryption=True)',
)
