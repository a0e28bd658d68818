"""Secret stores: secrets of Azure Key Vault for the cluster, by External Secrets and workload identity.

    ClusterSecrets("secrets", {"label": label, "vault_uri": vault.uri, "tenant_id": tenant, "client_id": identity})

The cluster holds no password: a service account proves itself to Entra ID, whose identity has the role Key Vault
Secrets User on the vault. Only the namespaces that are named may ask; a tenant cannot reach the platform's secrets. The
operator comes with the cluster's add-ons; the kinds are those of External Secrets' API `v1`.
"""

from bluelamp.modules.kubernetes.secret_store.secret_store import ClusterSecrets, ClusterSecretsArgs

__all__ = ["ClusterSecrets", "ClusterSecretsArgs"]
