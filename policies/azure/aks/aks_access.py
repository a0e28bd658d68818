"""Access to AKS clusters: authentication, authorisation, the API server and workload identity."""

from typing import Final

from bluelamp.policies.azure._controls import OWN_KEYS
from bluelamp.policies.controls import caf, cyber_essentials, iso, mcsb, ncsc, policing
from bluelamp.policies.model import Severity
from bluelamp.policies.rule import Must, rule

CLUSTER: Final = "azure-native:containerservice:ManagedCluster"


@rule(
    "BL-AKS-001",
    "AKS clusters have local accounts disabled",
    must=Must("disableLocalAccounts", be=True, default=False),
    failure="AKS cluster has local accounts enabled",
    severity=Severity.HIGH,
    controls=ncsc("9", "10") + caf("B2.a", "B2.c") + cyber_essentials("user-access-control") + mcsb("IM-1"),
    at=CLUSTER,
    fix="Set disableLocalAccounts to true, with aadProfile for sign-in with Entra ID.",
    example='containerservice.ManagedCluster("records", ..., disable_local_accounts=True)',
)
def no_local_accounts() -> None:
    """A local administrator account is a shared certificate that cannot be revoked and identifies no person."""


@rule(
    "BL-AKS-002",
    "AKS clusters have a private API server",
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
    """Anyone with a token and access to the API server controls the cluster. It does not need to be reachable from the
    Internet.
    """


@rule(
    "BL-AKS-003",
    "AKS clusters use Azure RBAC for Kubernetes authorisation",
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
    """Access reviews do not cover role bindings inside clusters, and nothing removes them when people leave. Azure
    roles are reviewed, time-limited and revoked centrally.
    """


@rule(
    "BL-AKS-004",
    "AKS clusters have run command disabled",
    must=Must("apiServerAccessProfile.disableRunCommand", be=True, default=False),
    failure="AKS cluster has run command enabled, which bypasses network controls",
    severity=Severity.MEDIUM,
    controls=ncsc("11", "12") + caf("B2.c", "B4.c") + mcsb("NS-2") + policing("privileged-access-management"),
    at=CLUSTER,
    fix="Set apiServerAccessProfile.disableRunCommand to true.",
    example="""
containerservice.ManagedCluster("records", ..., api_server_access_profile={"disable_run_command": True})
""",
)
def no_run_command() -> None:
    """Run command starts a privileged pod through the Azure API. It needs no access to the private network and bypasses
    jump hosts and their logs.
    """


@rule(
    "BL-AKS-005",
    "AKS clusters use a managed identity",
    must=Must("identity.type", among=("SystemAssigned", "UserAssigned"), default="None"),
    failure="AKS cluster uses a service principal instead of a managed identity",
    severity=Severity.MEDIUM,
    controls=ncsc("10") + caf("B2.a", "B2.d") + iso("5.17") + mcsb("IM-3"),
    at=CLUSTER,
    fix="Set identity.type to UserAssigned or SystemAssigned, and leave servicePrincipalProfile out.",
    example='containerservice.ManagedCluster("records", ..., identity={"type": "SystemAssigned"})',
)
def cluster_identity() -> None:
    """A service principal's secret has to be stored, renewed and protected. A managed identity has none."""


@rule(
    "BL-AKS-006",
    "AKS clusters have workload identity enabled",
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
    """Without workload identity, workloads use stored secrets or the node's identity, which all pods share."""


@rule(
    "BL-AKS-007",
    "AKS clusters have the OIDC issuer enabled",
    must=Must("oidcIssuerProfile.enabled", be=True, default=False),
    failure="AKS cluster has the OIDC issuer disabled",
    severity=Severity.LOW,
    controls=ncsc("10") + caf("B2.a") + mcsb("IM-3"),
    at=CLUSTER,
    fix="Set oidcIssuerProfile.enabled to true.",
    example='containerservice.ManagedCluster("records", ..., oidc_issuer_profile={"enabled": True})',
)
def oidc_issuer() -> None:
    """Workload identity relies on tokens that the cluster signs and that Entra ID verifies with the OIDC issuer."""


@rule(
    "BL-AKS-008",
    "AKS clusters encrypt secrets with a customer-managed key (KMS)",
    must=Must("securityProfile.azureKeyVaultKms.enabled", be=True, default=False),
    failure="AKS cluster has no customer-managed key (KMS) for secrets",
    severity=Severity.MEDIUM,
    controls=OWN_KEYS,
    at=CLUSTER,
    fix="Set securityProfile.azureKeyVaultKms.enabled to true, with the keyId of a key in the force's vault.",
    example="""
containerservice.ManagedCluster("records", ..., security_profile={"azure_key_vault_kms": {"enabled": True}})
""",
)
def secrets_encrypted() -> None:
    """Kubernetes stores secrets in etcd. Without a key held elsewhere, a copy of etcd discloses all of them."""


@rule(
    "BL-AKS-009",
    "AKS clusters have Microsoft Defender for Containers enabled",
    must=Must("securityProfile.defender.securityMonitoring.enabled", be=True, default=False),
    failure="AKS cluster has Microsoft Defender for Containers disabled",
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
    """Runtime detection is needed to find processes that do not belong in a container."""
