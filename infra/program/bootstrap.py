"""The Pulumi program of a force's bootstrap, a separate small stack."""

from pathlib import Path
from typing import Final

import pulumi

from bluelamp.infra.force import SettingsError, load
from bluelamp.infra.program.build import label_of
from bluelamp.infra.program.nearest_frame import nearest_frame_only
from bluelamp.infra.settings.bootstrap import Bootstrap, BootstrapNetwork, read_bootstrap
from bluelamp.infra.settings.model import Force
from bluelamp.modules.aliases import drop_version_aliases
from bluelamp.modules.naming import Label

PROJECT: Final = "bluelamp-bootstrap"
PREFIX: Final = "bootstrap-"
"""The prefix of a stack's name, before the force's name."""
_WORKLOAD: Final = "bootstrap"


def start(stack: str, root: Path) -> None:
    """Creates the bootstrap of the stack's force in the project at `root`. Must run inside a Pulumi program.

    Raises `pulumi.RunError` with every mistake in the settings.
    """
    try:
        force = load(stack.removeprefix(PREFIX), root=root)
        settings = read_bootstrap(root, force)
    except SettingsError as error:
        raise pulumi.RunError(f"the settings cannot be used:\n{error}") from None
    with nearest_frame_only():
        build(force, settings)


def build(force: Force, settings: Bootstrap) -> None:
    """Creates the resource group, workspace, network and bootstrap; exports the values that the checklist names."""
    from pulumi_azure_native import Provider

    from bluelamp.modules.azure.bootstrap import Bootstrap as Module
    from bluelamp.modules.azure.bootstrap import BootstrapArgs
    from bluelamp.modules.azure.log_analytics import LogAnalytics
    from bluelamp.modules.azure.resource_group import ResourceGroup

    pulumi.runtime.register_stack_transformation(drop_version_aliases)
    provider = Provider(
        "azure",
        subscription_id=settings.subscription_id,
        tenant_id=settings.tenant_id,
        location=settings.location,
        disable_pulumi_partner_id=True,
    )
    opts = pulumi.ResourceOptions(providers=[provider])
    label = label_of(force)
    group = ResourceGroup(_WORKLOAD, {"label": label, "location": settings.location, "workload": _WORKLOAD}, opts)
    logs = LogAnalytics(
        "logs",
        {
            "label": label,
            "location": settings.location,
            "workload": _WORKLOAD,
            "resource_group_name": group.name,
        },
        opts,
    )
    subnet_id, networks = _network(label, settings, group.name, logs.workspace_id, opts)
    args: BootstrapArgs = {
        "label": label,
        "location": settings.location,
        "resource_group_name": group.name,
        "tenant_id": settings.tenant_id,
        "subnet_id": subnet_id,
        "virtual_network_ids": networks,
        "private_zone_ids": dict(settings.written.network.private_zone_ids),
        "workspace_id": logs.workspace_id,
        "subscription_ids": list(settings.subscription_ids),
        "plan_credentials": {settings.written.host: settings.plan.model_dump()},  # type: ignore[dict-item] # the same keys
        "apply_credentials": {settings.written.host: settings.apply.model_dump()},  # type: ignore[dict-item]
        "immutability": "Locked" if settings.written.lock_backups else "Unlocked",
    }
    if settings.management_group:
        args["management_group_id"] = settings.management_group
    if settings.written.key_expires_on:
        args["key_expires_on"] = settings.written.key_expires_on.isoformat()
    component = Module(_WORKLOAD, args, opts)
    pulumi.export("storageAccountName", component.storage_account_name)
    pulumi.export("backendUrl", component.backend_url)
    pulumi.export("vaultName", component.vault_name)
    pulumi.export("secretsProvider", component.secrets_provider)
    pulumi.export("planClientId", component.plan_client_id)
    pulumi.export("applyClientId", component.apply_client_id)
    pulumi.export("applyPrincipalId", component.apply_principal_id)


def _network(
    label: Label,
    settings: Bootstrap,
    group: pulumi.Input[str],
    workspace_id: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> tuple[pulumi.Input[str], dict[str, pulumi.Input[str]]]:
    """The subnet for private endpoints, and the networks that resolve their names."""
    from bluelamp.modules.azure.spoke import Spoke

    wanted: BootstrapNetwork = settings.written.network
    if wanted.subnet_id is not None:
        return wanted.subnet_id, dict(wanted.virtual_network_ids)
    network = Spoke(
        "network",
        {
            "label": label,
            "location": settings.location,
            "resource_group_name": group,
            "workload": _WORKLOAD,
            "address_space": str(wanted.address_space),
            "workspace_id": workspace_id,
            "protect": True,
        },
        opts,
    )
    return network.private_endpoints_subnet_id, {_WORKLOAD: network.virtual_network_id}
