"""Arguments of the bootstrap, and their checks."""

import re
from typing import Final, NotRequired

import pulumi

from bluelamp.modules.azure.workload_identity import FederatedCredential
from bluelamp.modules.shared_arguments import ResourceGroupScopedArgs

_GUID: Final = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


class BootstrapArgs(ResourceGroupScopedArgs):
    """Arguments of a bootstrap."""

    tenant_id: pulumi.Input[str]
    """The Entra ID tenant of the identities."""
    subnet_id: pulumi.Input[str]
    """The subnet for the private endpoints of the state store and the key vault."""
    workspace_id: pulumi.Input[str]
    """The Log Analytics workspace that receives the logs."""
    subscription_ids: list[str]
    """GUIDs of the subscriptions that the pipelines deploy to; the first is the platform subscription."""
    plan_credentials: dict[str, FederatedCredential]
    """Issuer and subject of each pipeline job that may use the plan identity, keyed by a short name."""
    apply_credentials: dict[str, FederatedCredential]
    """Issuer and subject of each pipeline job that may use the apply identity, keyed by a short name."""
    management_group_id: NotRequired[str]
    """The management group that is the parent of the force's groups; no role on management groups is assigned by
    default."""
    virtual_network_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Networks to link to the private DNS zones, keyed by a short name; not used for a zone in `private_zone_ids`."""
    private_zone_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Existing private DNS zones by name, `privatelink.blob.core.windows.net` and `privatelink.vaultcore.azure.net`;
    the others are created."""
    key_expires_on: NotRequired[str]
    """The day on which the first version of the state's key expires, such as `2028-03-31`; none by default."""
    immutability: NotRequired[str]
    """Immutability of the Backup vault: `Unlocked`, or `Locked`, which is irreversible; `Unlocked` by default."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete the state store and the key vault; true by default."""


def problems(args: BootstrapArgs) -> list[str]:
    """Every problem with the arguments, each in a sentence."""
    found = [
        f"subscription_ids[{number}] is {each!r}; write a GUID"
        for number, each in enumerate(args["subscription_ids"])
        if not _GUID.fullmatch(each)
    ]
    if not args["subscription_ids"]:
        found.append("subscription_ids is empty; name at least the platform subscription")
    if args.get("immutability", "Unlocked") not in ("Unlocked", "Locked"):
        found.append(f"immutability is {args.get('immutability')!r}; use Unlocked, Locked")
    return found
