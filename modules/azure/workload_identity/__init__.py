"""Workload identities: managed identities with federated credentials instead of secrets.

    WorkloadIdentity("custody", {"label": label, "location": "uksouth", "workload": "custody",
                                 "resource_group_name": group.name,
                                 "credentials": {"cluster": {"issuer": issuer,
                                                             "subject": "system:serviceaccount:custody:api"}},
                                 "roles": {"secrets": {"role_definition_id": secrets_user, "scope": vault.id}}})

A credential trusts one issuer and one subject: a service account of a cluster (`system:serviceaccount:NAMESPACE:NAME`)
or an environment of a repository (`repo:ORGANISATION/NAME:environment:ENVIRONMENT`).
"""

from bluelamp.modules.azure.workload_identity.workload_identity import (
    FederatedCredential,
    RoleGrant,
    WorkloadIdentity,
    WorkloadIdentityArgs,
)

__all__ = ["FederatedCredential", "RoleGrant", "WorkloadIdentity", "WorkloadIdentityArgs"]
