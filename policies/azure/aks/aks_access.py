"""Kubernetes as a service: who may sign in, from where, and with what."""

from typing import Final

from bluelamp.policies.azure._controls import OWN_KEYS
from bluelamp.policies.controls import caf, cyber_essentials, iso, mcsb, ncsc, policing
from bluelamp.policies.model import Severity
from bluelamp.policies.rule import Must, rule

CLUSTER: Final = "azure-native:containerservice:ManagedCluster"


@rule(
    "BL-AKS-001",
    "Clusters have no local accounts",
    must=Must("disableLocalAccounts", be=True, default=False),
    failure="AKS cluster allows local accounts",
    severity=Severity.HIGH,
    controls=ncsc("9", "10") + caf("B2.a", "B2.c") + cyber_essentials("user-access-control") + mcsb("IM-1"),
    at=CLUSTER,
    fix="Set disableLocalAccounts to true, with aadProfile for sign-in by Entra ID.",
    example='containerservice.ManagedCluster("records", ..., disable_local_accounts=True)',
)
def no_local_accounts() -> None:
    """The local administrator of a cluster is a certificate that cannot be revoked and belongs to nobody."""


@rule(
    "BL-AKS-002",
    "Clusters have a private API server",
    must=Must("apiServerAccessProfile.enablePrivateCluster", be=True, default=False),
    failure="AKS API server has a public endpoint",
    severity=Severity.HIGH,
    controls=ncsc("11", "12") + caf("B4.a", "B4.c") + cyber_essentials("firewalls") + mcsb("NS-2"),
    at=CLUSTER,
    fix="Set apiServerAccessProfile.enablePrivateCluster to true.",
    example="""
containerservice.ManagedCluster("records", ..., api_server_access_profile={"enable_private_cluster": True})
""",
)
def private_api() -> None:
    """Whoever reaches the API server and has a token runs the cluster; the Internet need not reach it."""


@rule(
    "BL-AKS-003",
    "Access to clusters is given by Azure role",
    must=Must("aadProfile.enableAzureRBAC", be=True, default=False),
    failure="AKS cluster does not use Azure RBAC for Kubernetes authorisation",
    severity=Severity.MEDIUM,
    controls=ncsc("9", "10") + caf("B2.c", "B2.d") + iso("5.18") + mcsb("PA-7"),
    at=CLUSTER,
    fix="Set aadProfile.managed and aadProfile.enableAzureRBAC to true and assign AKS roles.",
    example="""
containerservice.ManagedCluster("records", ..., aad_profile={"managed": True, "enable_azure_rbac": True})
""",
)
def azure_rbac() -> None:
    """Bindings inside each cluster are seen by no access review and end with nobody's contract. Azure roles are
    reviewed, activated for hours and taken back in one place.
    """


@rule(
    "BL-AKS-004",
    "Nobody runs commands in clusters past the network",
    must=Must("apiServerAccessProfile.disableRunCommand", be=True, default=False),
    failure="AKS cluster allows run command, which bypasses network controls",
    severity=Severity.MEDIUM,
    controls=ncsc("11", "12") + caf("B2.c", "B4.c") + mcsb("NS-2") + policing("privileged-access-management"),
    at=CLUSTER,
    fix="Set apiServerAccessProfile.disableRunCommand to true.",
    example="""
containerservice.ManagedCluster("records", ..., api_server_access_profile={"disable_run_command": True})
""",
)
def no_run_command() -> None:
    """Run command starts a privileged pod through Azure's own interface: who holds the role needs no way into the
    private network, and its jump hosts and records do not see him.
    """


@rule(
    "BL-AKS-005",
    "Clusters act in Azure by a managed identity",
    must=Must("identity.type", among=("SystemAssigned", "UserAssigned"), default="None"),
    failure="AKS cluster uses a service principal instead of a managed identity",
    severity=Severity.MEDIUM,
    controls=ncsc("10") + caf("B2.a", "B2.d") + iso("5.17") + mcsb("IM-3"),
    at=CLUSTER,
    fix="Set identity.type to UserAssigned (or SystemAssigned) and leave servicePrincipalProfile out.",
    example='containerservice.ManagedCluster("records", ..., identity={"type": "SystemAssigned"})',
)
def cluster_identity() -> None:
    """A service principal's password has to be stored, renewed and kept from people; an identity has none."""


@rule(
    "BL-AKS-006",
    "Workloads in clusters can have identities of their own",
    must=Must("securityProfile.workloadIdentity.enabled", be=True, default=False),
    failure="AKS cluster has workload identity disabled",
    severity=Severity.MEDIUM,
    controls=ncsc("10") + caf("B2.a", "B2.d") + mcsb("IM-3") + policing("identity-and-access-management"),
    at=CLUSTER,
    fix="Set securityProfile.workloadIdentity.enabled and oidcIssuerProfile.enabled to true.",
    example="""
containerservice.ManagedCluster("records", ..., security_profile={"workload_identity": {"enabled": True}})
""",
)
def workload_identity() -> None:
    """Without it a workload reaches Azure by a stored secret, or by the node's identity, which all share."""


@rule(
    "BL-AKS-007",
    "Clusters vouch for their workloads",
    must=Must("oidcIssuerProfile.enabled", be=True, default=False),
    failure="AKS cluster has the OIDC issuer disabled",
    severity=Severity.LOW,
    controls=ncsc("10") + caf("B2.a") + mcsb("IM-3"),
    at=CLUSTER,
    fix="Set oidcIssuerProfile.enabled to true.",
    example='containerservice.ManagedCluster("records", ..., oidc_issuer_profile={"enabled": True})',
)
def oidc_issuer() -> None:
    """A workload's identity rests on a token that the cluster signs; Entra ID checks it with the issuer."""


@rule(
    "BL-AKS-008",
    "Secrets in clusters are encrypted with the force's own key",
    must=Must("securityProfile.azureKeyVaultKms.enabled", be=True, default=False),
    failure="AKS secrets are encrypted without a customer-managed key",
    severity=Severity.MEDIUM,
    controls=OWN_KEYS,
    at=CLUSTER,
    fix="Set securityProfile.azureKeyVaultKms.enabled to true with the keyId of a key in the force's vault.",
    example="""
containerservice.ManagedCluster("records", ..., security_profile={"azure_key_vault_kms": {"enabled": True}})
""",
)
def secrets_encrypted() -> None:
    """Kubernetes keeps secrets in its database; whoever reads a copy of it reads them all, unless a key that is kept
    elsewhere is needed as well.
    """


@rule(
    "BL-AKS-009",
    "Clusters are watched by Defender",
    must=Must("securityProfile.defender.securityMonitoring.enabled", be=True, default=False),
    failure="AKS cluster has Defender for Containers disabled",
    severity=Severity.MEDIUM,
    controls=ncsc("5", "13")
    + caf("C1.c", "C1.f")
    + iso("8.16")
    + cyber_essentials("malware-protection")
    + mcsb("LT-1"),
    at=CLUSTER,
    fix="Set securityProfile.defender.securityMonitoring.enabled to true and name the workspace.",
    example="""
containerservice.ManagedCluster(
    "records", ..., security_profile={"defender": {"security_monitoring": {"enabled": True}}}
)
""",
)
def defender() -> None:
    """A process that should not be in a container shows only to something that knows what usually runs there."""
