"""Secret stores: Azure Key Vault secrets for the cluster, with External Secrets and workload identity.

    ClusterSecrets("secrets", {"label": label, "vault_uri": vault.uri, "tenant_id": tenant, "client_id": identity})

The cluster stores no password: a service account signs in to Entra ID as an identity with the role Key Vault Secrets
User on the vault. Only the listed namespaces may use the store, so tenants have no access to the platform's secrets.
The operator is a cluster add-on. The kinds are those of External Secrets' API `v1`.
"""

from bluelamp.modules.kubernetes.secret_store.secret_store import ClusterSecrets, ClusterSecretsArgs

__all__ = ["ClusterSecrets", "ClusterSecretsArgs"]
