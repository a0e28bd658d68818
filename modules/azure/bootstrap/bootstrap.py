"""The state store, the secrets provider and the pipeline identities."""

from typing import Any, Final

import pulumi

from bluelamp.modules.azure.bootstrap.arguments import BootstrapArgs, problems
from bluelamp.modules.azure.bootstrap.identities import (
    BLOB_CONTRIBUTOR,
    BLOB_READER,
    CRYPTO_USER,
    SECRETS_USER,
    allow_role_assignments,
    apply_roles,
    identity,
    plan_roles,
)
from bluelamp.modules.azure.bootstrap.state_store import CONTAINER, state_store
from bluelamp.modules.azure.customer_managed_keys import CustomerManagedKeys
from bluelamp.modules.azure.key_vault import KeyVault, KeyVaultArgs, KeyVaultKey, vault_key
from bluelamp.modules.azure.lock import lock
from bluelamp.modules.azure.private_link import BLOB_ZONE, VAULT_ZONE
from bluelamp.modules.azure.storage_encryption import EncryptionKey
from bluelamp.modules.component import Component
from bluelamp.modules.naming import tags

KEY: Final = "pulumi-state"
"""The name of the key that encrypts the secrets in states."""
_WORKLOAD: Final = "state"


class Bootstrap(Component):
    """Prerequisites of the first deployment to Azure."""

    storage_account_name: pulumi.Output[str]
    """The state store's name, known before it exists."""
    backend_url: pulumi.Output[str]
    """The state backend, for `PULUMI_BACKEND_URL`."""
    vault_name: pulumi.Output[str]
    """The name of the key vault with the state encryption key and the pipelines' secrets."""
    secrets_provider: pulumi.Output[str]
    """The secrets provider, for `bluelamp stack init --secrets-provider`. It includes the key's version: a state
    encrypted with one version cannot be decrypted with the next."""
    plan_client_id: pulumi.Output[str]
    """The client id of the plan identity."""
    apply_client_id: pulumi.Output[str]
    """The client id of the apply identity."""
    apply_principal_id: pulumi.Output[str]
    """The object id of the apply identity, for further role assignments."""

    def __init__(self, name: str, args: BootstrapArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        if wrong := problems(args):
            raise ValueError(f"Bootstrap {name!r}: " + "; ".join(wrong))
        protect = args.get("protect", True)
        zones = args.get("private_zone_ids", {})
        here: dict[str, Any] = {**args, "workload": _WORKLOAD, "protect": protect}
        vault_args: KeyVaultArgs = {
            "label": args["label"],
            "location": args["location"],
            "workload": _WORKLOAD,
            "resource_group_name": args["resource_group_name"],
            "tenant_id": args["tenant_id"],
            "subnet_id": args["subnet_id"],
            "workspace_id": args["workspace_id"],
            "virtual_network_ids": args.get("virtual_network_ids", {}),
            "protect": protect,
        }
        if VAULT_ZONE in zones:
            vault_args["private_zone_id"] = zones[VAULT_ZONE]
        vault = KeyVault(f"{name}-keys", vault_args, self.child())
        encryption = CustomerManagedKeys(
            f"{name}-encryption",
            {
                "label": args["label"],
                "location": args["location"],
                "workload": _WORKLOAD,
                "resource_group_name": args["resource_group_name"],
                "vault_name": vault.name,
                "vault_id": vault.id,
                "uses": ["storage"],
            },
            self.child(),
        )
        outer: EncryptionKey = {
            "vault_uri": vault.uri,
            "key_name": encryption.key_names.apply(lambda names: names["storage"]),
            "identity_id": encryption.identity_ids.apply(lambda ids: ids["storage"]),
        }
        store = state_store(self, f"{name}-state", {**here, "private_zone_id": zones.get(BLOB_ZONE), "key": outer})
        # Pulumi wraps the data key of a state with `encrypt` and `decrypt`.
        wanted: KeyVaultKey = {"operations": ["encrypt", "decrypt"]}
        if "key_expires_on" in args:
            wanted["expires_on"] = args["key_expires_on"]
        key = vault_key(
            self,
            f"{name}-key",
            KEY,
            wanted,
            {"vault_name": vault.name, "resource_group_name": args["resource_group_name"]},
            protect=protect,
            tags=tags(args["label"]),
        )
        subscriptions = {
            "platform" if number == 0 else f"subscription-{number}": f"/subscriptions/{each}"
            for number, each in enumerate(args["subscription_ids"])
        }
        above = _management_group(args)
        plan = identity(
            self,
            name,
            here,
            "plan",
            {
                "read-states": (BLOB_READER, store.container.id),
                "use-key": (CRYPTO_USER, key.id),
                "read-secrets": (SECRETS_USER, vault.id),
                **plan_roles({**subscriptions, **above}),
            },
        )
        apply = identity(
            self,
            name,
            here,
            "apply",
            {
                "write-states": (BLOB_CONTRIBUTOR, store.container.id),
                "use-key": (CRYPTO_USER, key.id),
                **apply_roles(subscriptions, above),
            },
        )
        # A delete lock also covers role assignments.
        kept = [*store.inside, plan, apply]
        lock(self, f"{name}-state-lock", store.account, kept, "It holds the states of every deployment.")
        lock(self, f"{name}-keys-lock", vault, [key, encryption, plan, apply], "It holds the key to every state.")
        allow_role_assignments(self, name, here, apply.principal_id, subscriptions, above)
        self.storage_account_name = store.name
        self.backend_url = store.name.apply(lambda account: f"azblob://{CONTAINER}?storage_account={account}")
        self.vault_name = vault.name
        self.secrets_provider = key.key_uri_with_version.apply(lambda uri: uri.replace("https://", "azurekeyvault://"))
        self.plan_client_id = plan.client_id
        self.apply_client_id = apply.client_id
        self.apply_principal_id = apply.principal_id
        self.finish()


def _management_group(args: BootstrapArgs) -> dict[str, str]:
    group = args.get("management_group_id")
    return {"groups": f"/providers/Microsoft.Management/managementGroups/{group}"} if group else {}
