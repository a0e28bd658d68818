"""The resource groups of the data landing zone, and the encryption key of each part."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

import pulumi

from bluelamp.infra.program.azure.context import Context
from bluelamp.infra.program.azure.data_subnets import ENDPOINTS
from bluelamp.infra.program.azure.dns import Names

if TYPE_CHECKING:
    from bluelamp.modules.azure.customer_managed_keys import CustomerManagedKeys
    from bluelamp.modules.azure.key_vault import KeyVault
    from bluelamp.modules.azure.landing_zone import LandingZone
    from bluelamp.modules.azure.log_analytics import LogAnalytics
    from bluelamp.modules.azure.storage_encryption import EncryptionKey


T = TypeVar("T")


@dataclass(frozen=True)
class DataZone:
    """The landing zone, in its own subscription or the platform's; `keys` are in the platform's `vault`."""

    context: Context
    names: Names
    landing_zone: "LandingZone"
    vault: "KeyVault"
    logs: "LogAnalytics"
    keys: "CustomerManagedKeys | None"

    @property
    def opts(self) -> pulumi.ResourceOptions | None:
        """The options for components in the landing zone's subscription."""
        own = self.landing_zone.provider
        return pulumi.ResourceOptions(providers=[own]) if own else self.context.opts

    @property
    def subscription_id(self) -> pulumi.Input[str]:
        """The landing zone's subscription."""
        return self.landing_zone.subscription_id if self.landing_zone.provider else self.context.subscription_id

    @property
    def group(self) -> pulumi.Output[str]:
        """The name of the resource group for the service itself."""
        return self.landing_zone.resource_group_names.apply(lambda names: names["workload"])

    def args(self, shape: type[T], workload: str, **own: Any) -> T:
        """The arguments of the part `workload`: the common ones, and its own that are not None.

        `shape` is their type, which the component validates.
        """
        common = {
            "label": self.context.label,
            "location": self.context.location,
            "workload": workload,
            "resource_group_name": self.group,
            "subnet_id": self.landing_zone.subnet_ids.apply(lambda ids: ids[ENDPOINTS]),
            "workspace_id": self.logs.workspace_id,
            "private_zone_ids": self.names.shared,
        }
        return cast(T, {**common, **{key: value for key, value in own.items() if value is not None}})

    def key(self, use: str) -> "EncryptionKey | None":
        """The customer-managed key for one use; None without customer-managed keys."""
        if self.keys is None:
            return None
        return {
            "key_name": self.keys.key_names.apply(lambda names: names[use]),
            "vault_uri": self.vault.uri,
            "identity_id": self.keys.identity_ids.apply(lambda ids: ids[use]),
        }
