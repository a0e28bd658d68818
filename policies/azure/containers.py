"""Kubernetes as a service: who may sign in, from where, and with what."""

from typing import Final

from bluelamp.policies.azure._controls import OWN_KEYS
from bluelamp.policies.controls import caf, cyber_essentials, iso, mcsb, ncsc, policing
from bluelamp.policies.model import Severity
from bluelamp.policies.rule import Must, require

CLUSTER: Final = "azure-native:containerservice:ManagedCluster"

NO_LOCAL_ACCOUNTS: Final = require(
    "BL-AKS-001",
    "Clusters have no local accounts",
    Must("disableLocalAccounts", be=True, default=False),
    severity=Severity.HIGH,
    controls=ncsc("9", "10") + caf("B2.a", "B2.c") + cyber_essentials("user-access-control") + mcsb("IM-1"),
    at=CLUSTER,
    rationale="The local administrator of a cluster is a certificate that cannot be revoked and belongs to nobody.",
    fix="Set disableLocalAccounts to true, with aadProfile for sign-in by Entra ID.",
    example='containerservice.ManagedCluster("records", ..., disable_local_accounts=True)',
)

PRIVATE_API: Final = require(
    "BL-AKS-002",
    "Clusters have a private API server",
    Must("apiServerAccessProfile.enablePrivateCluster", be=True, default=False),
    severity=Severity.HIGH,
    controls=ncsc("11", "12") + caf("B4.a", "B4.c") + cyber_essentials("firewalls") + mcsb("NS-2"),
    at=CLUSTER,
    rationale="Whoever reaches the API server and has a token runs the cluster; the Internet need not reach it.",
    fix="Set apiServerAccessProfile.enablePrivateCluster to true.",
    example="""
containerservice.ManagedCluster("records", ..., api_server_access_profile={"enable_private_cluster": True})
""",
)

AZURE_RBAC: Final = require(
    "BL-AKS-003",
    "Access to clusters is given by Azure role",
    Must("aadProfile.enableAzureRBAC", be=True, default=False),
    severity=Severity.MEDIUM,
    controls=ncsc("9", "10") + caf("B2.c", "B2.d") + iso("5.18") + mcsb("PA-7"),
    at=CLUSTER,
    rationale="""Bindings inside each cluster are seen by no access review and end with nobody's contract. Azure roles
    are reviewed, activated for hours and taken back in one place.""",
    fix="Set aadProfile.managed and aadProfile.enableAzureRBAC to true and assign AKS roles.",
    example="""
containerservice.ManagedCluster("records", ..., aad_profile={"managed": True, "enable_azure_rbac": True})
""",
)

NO_RUN_COMMAND: Final = require(
    "BL-AKS-004",
    "Nobody runs commands in clusters past the network",
    Must("apiServerAccessProfile.disableRunCommand", be=True, default=False),
    severity=Severity.MEDIUM,
    controls=ncsc("11", "12") + caf("B2.c", "B4.c") + mcsb("NS-2") + policing("privileged-access-management"),
    at=CLUSTER,
    rationale="""Run command starts a privileged pod through Azure's own interface: who holds the role needs no way into
    the private network, and its jump hosts and records do not see him.""",
    fix="Set apiServerAccessProfile.disableRunCommand to true.",
    example="""
containerservice.ManagedCluster("records", ..., api_server_access_profile={"disable_run_command": True})
""",
)

CLUSTER_IDENTITY: Final = require(
    "BL-AKS-005",
    "Clusters act in Azure by a managed identity",
    Must("identity.type", among=("SystemAssigned", "UserAssigned"), default="None"),
    severity=Severity.MEDIUM,
    controls=ncsc("10") + caf("B2.a", "B2.d") + iso("5.17") + mcsb("IM-3"),
    at=CLUSTER,
    rationale="A service principal's password has to be stored, renewed and kept from people; an identity has none.",
    fix="Set identity.type to UserAssigned (or SystemAssigned) and leave servicePrincipalProfile out.",
    example='containerservice.ManagedCluster("records", ..., identity={"type": "SystemAssigned"})',
)

WORKLOAD_IDENTITY: Final = require(
    "BL-AKS-006",
    "Workloads in clusters can have identities of their own",
    Must("securityProfile.workloadIdentity.enabled", be=True, default=False),
    severity=Severity.MEDIUM,
    controls=ncsc("10") + caf("B2.a", "B2.d") + mcsb("IM-3") + policing("identity-and-access-management"),
    at=CLUSTER,
    rationale="Without it a workload reaches Azure by a stored secret, or by the node's identity, which all share.",
    fix="Set securityProfile.workloadIdentity.enabled and oidcIssuerProfile.enabled to true.",
    example="""
containerservice.ManagedCluster("records", ..., security_profile={"workload_identity": {"enabled": True}})
""",
)

OIDC_ISSUER: Final = require(
    "BL-AKS-007",
    "Clusters vouch for their workloads",
    Must("oidcIssuerProfile.enabled", be=True, default=False),
    severity=Severity.LOW,
    controls=ncsc("10") + caf("B2.a") + mcsb("IM-3"),
    at=CLUSTER,
    rationale="A workload's identity rests on a token that the cluster signs; Entra ID checks it with the issuer.",
    fix="Set oidcIssuerProfile.enabled to true.",
    example='containerservice.ManagedCluster("records", ..., oidc_issuer_profile={"enabled": True})',
)

SECRETS_ENCRYPTED: Final = require(
    "BL-AKS-008",
    "Secrets in clusters are encrypted with the force's own key",
    Must("securityProfile.azureKeyVaultKms.enabled", be=True, default=False),
    severity=Severity.MEDIUM,
    controls=OWN_KEYS,
    at=CLUSTER,
    rationale="""Kubernetes keeps secrets in its database; whoever reads a copy of it reads them all, unless a key that
    is kept elsewhere is needed as well.""",
    fix="Set securityProfile.azureKeyVaultKms.enabled to true with the keyId of a key in the force's vault.",
    example="""
containerservice.ManagedCluster("records", ..., security_profile={"azure_key_vault_kms": {"enabled": True}})
""",
)

DEFENDER: Final = require(
    "BL-AKS-009",
    "Clusters are watched by Defender",
    Must("securityProfile.defender.securityMonitoring.enabled", be=True, default=False),
    severity=Severity.MEDIUM,
    controls=ncsc("5", "13")
    + caf("C1.c", "C1.f")
    + iso("8.16")
    + cyber_essentials("malware-protection")
    + mcsb("LT-1"),
    at=CLUSTER,
    rationale="A process that should not be in a container shows only to something that knows what usually runs there.",
    fix="Set securityProfile.defender.securityMonitoring.enabled to true and name the workspace.",
    example="""
containerservice.ManagedCluster(
    "records", ..., security_profile={"defender": {"security_monitoring": {"enabled": True}}}
)
""",
)
