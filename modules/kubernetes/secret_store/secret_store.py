"""The platform's secret store."""

from typing import NotRequired

import pulumi

from bluelamp.modules.component import Component
from bluelamp.modules.kubernetes.namespaces import platform_namespace
from bluelamp.modules.kubernetes.owned import custom, identified_account, metadata, named
from bluelamp.modules.shared_arguments import LabelledArgs

_STORE, _ACCOUNT = "key-vault", "key-vault"


class ClusterSecretsArgs(LabelledArgs):
    """Arguments of a store of secrets."""

    vault_uri: pulumi.Input[str]
    """The vault's URI, `https://….vault.azure.net/`."""
    tenant_id: pulumi.Input[str]
    """The Entra ID tenant of the vault."""
    client_id: pulumi.Input[str]
    """The client id of the identity with the role Key Vault Secrets User, federated with `subject`."""
    allowed_namespaces: NotRequired[list[str]]
    """Allowed namespaces; `cert-manager`, `gateway-system`, `monitoring` and `velero` by default."""
    namespace: NotRequired[str]
    """Namespace of External Secrets; `external-secrets` by default."""
    create_namespace: NotRequired[bool]
    """Whether to create the namespace; true by default."""


class ClusterSecrets(Component):
    """A cluster secret store for a key vault, and its service account."""

    name: pulumi.Output[str]
    """The store's name, for `ExternalSecret` objects."""
    subject: pulumi.Output[str]
    """The subject of the service account's tokens, for the identity's federated credential."""

    def __init__(self, name: str, args: ClusterSecretsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        allowed = args.get("allowed_namespaces", ["cert-manager", "gateway-system", "monitoring", "velero"])
        if not allowed:
            # A store without conditions is open to every namespace.
            raise ValueError(f"ClusterSecrets {name!r}: allowed_namespaces is empty; name who may use the store")
        label, own = args["label"], args.get("namespace", "external-secrets")
        namespace = platform_namespace(self, name, label, own, create=args.get("create_namespace", True))
        account = identified_account(
            self, f"{name}-account", metadata(label, _ACCOUNT, namespace), args["client_id"], args["tenant_id"]
        )
        self.subject = named(f"system:serviceaccount:{own}:{_ACCOUNT}", account)
        store = custom(
            f"{name}-store",
            "external-secrets.io/v1 ClusterSecretStore",
            metadata(label, _STORE),
            {
                "conditions": [{"namespaces": allowed}],
                "provider": {
                    "azurekv": {
                        "vaultUrl": args["vault_uri"],
                        "tenantId": args["tenant_id"],
                        "authType": "WorkloadIdentity",
                        "environmentType": "PublicCloud",
                        "serviceAccountRef": {"name": named(_ACCOUNT, account), "namespace": namespace},
                    }
                },
            },
            self.child(),
        )
        self.name = named(_STORE, store)
        self.finish()
