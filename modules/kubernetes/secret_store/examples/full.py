"""Secrets of a key vault for two namespaces, in an existing namespace."""

from bluelamp.modules.kubernetes.secret_store import ClusterSecrets
from bluelamp.modules.naming import Label

label = Label(
    force="essex",
    code="essex",
    environment="prod",
    cost_centre="EXP-2201",
    business_owner="Head of Infrastructure",
    classification="OFFICIAL",
    roadmap_milestone="hybrid-foundation",
    spend_type="strategic",
)
ClusterSecrets(
    "secrets",
    {
        "label": label,
        "vault_uri": "https://kv-platform-essex-uks.vault.azure.net/",
        "tenant_id": "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e10",
        "client_id": "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e11",
        "allowed_namespaces": ["cert-manager", "monitoring"],
        "namespace": "kube-system",
        "create_namespace": False,
    },
)
