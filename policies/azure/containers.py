"""Kubernetes as a service and registries: who may sign in, and from where."""

from typing import Final

from policies.controls import caf, ncsc
from policies.model import Severity
from policies.rule import Must, require

CLUSTER: Final = "azure-native:containerservice:ManagedCluster"
REGISTRY: Final = "azure-native:containerregistry:Registry"

NO_LOCAL_ACCOUNTS: Final = require(
    "BL-AKS-001",
    "Clusters have no local accounts",
    Must("disableLocalAccounts", be=True, default=False),
    severity=Severity.HIGH,
    controls=ncsc("9", "10") + caf("B2.a", "B2.c"),
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
    controls=ncsc("11", "12") + caf("B4.a", "B4.c"),
    at=CLUSTER,
    rationale="Whoever reaches the API server and has a token runs the cluster; the Internet need not reach it.",
    fix="Set apiServerAccessProfile.enablePrivateCluster to true.",
    example="""
containerservice.ManagedCluster("records", ..., api_server_access_profile={"enable_private_cluster": True})
""",
)

NO_REGISTRY_ADMIN: Final = require(
    "BL-ACR-001",
    "Registries have no administrator account",
    Must("adminUserEnabled", be=False, default=False),
    severity=Severity.MEDIUM,
    controls=ncsc("8", "9") + caf("B2.d"),
    at=REGISTRY,
    rationale="The administrator of a registry is one shared password that may overwrite every image the force runs.",
    fix="Set adminUserEnabled to false and give identities AcrPull or AcrPush.",
    example='containerregistry.Registry("images", ..., admin_user_enabled=False)',
)
