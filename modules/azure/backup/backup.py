"""A Recovery Services vault and a Backup vault, with their policies."""

import pulumi

from bluelamp.modules import naming
from bluelamp.modules.azure.backup.arguments import BackupArgs, problems
from bluelamp.modules.azure.backup.backup_vault import backup_vault
from bluelamp.modules.azure.backup.data_policies import data_policies
from bluelamp.modules.azure.backup.guard_vaults import guard_vaults
from bluelamp.modules.azure.backup.machine_policies import machine_policies
from bluelamp.modules.azure.backup.recovery_vault import recovery_endpoint, recovery_vault
from bluelamp.modules.azure.lock import lock
from bluelamp.modules.azure.log_analytics import send_logs
from bluelamp.modules.component import Component, after


class Backup(Component):
    """Two immutable vaults and their backup policies."""

    recovery_vault_id: pulumi.Output[str]
    """The Recovery Services vault's ARM id."""
    recovery_vault_name: pulumi.Output[str]
    """The Recovery Services vault's name, known before it exists."""
    backup_vault_id: pulumi.Output[str]
    """The Backup vault's ARM id."""
    policy_ids: pulumi.Output[dict[str, str]]
    """The policies' ARM ids by type of data source: `machines`, `sql`, `files`, `disks`, `blobs`."""

    def __init__(self, name: str, args: BackupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        wrong = problems(args)
        if wrong:
            raise ValueError(f"Backup {name!r}: " + "; ".join(wrong))
        recovery_name, backup_name = (
            naming.name(kind, args["workload"], args["label"], args["location"])
            for kind in ("recovery_services_vault", "backup_vault")
        )
        kept = self.child(protect=args.get("protect", False))
        recovery = recovery_vault(name, args, recovery_name, kept)
        backup = backup_vault(name, args, backup_name, kept)
        vaults = (("recovery-vault", recovery), ("backup-vault", backup))
        workspace_id = args["workspace_id"]
        logs = [
            send_logs(f"{name}-{part}-logs", vault, workspace_id, self.child(), metrics=False, dedicated=True)
            for part, vault in vaults
        ]
        if "subnet_id" in args:
            recovery_endpoint(self, name, args, recovery)
        group, retention = args["resource_group_name"], args.get("retention", {})
        tags = naming.tags(args["label"])
        policies = {
            **machine_policies(name, after(recovery_name, recovery), group, retention, tags, self.child()),
            **data_policies(name, after(backup_name, backup), group, retention, self.child()),
        }
        inside: list[pulumi.Resource] = [*logs, *policies.values()]
        if "resource_guard_id" in args:
            names = {"recovery": after(recovery_name, recovery), "backup": after(backup_name, backup)}
            inside += guard_vaults(self, name, args["resource_guard_id"], names, group, tags, inside)
        for part, vault in vaults:
            lock(self, f"{name}-{part}-lock", vault, inside, "It holds backups.")
        self.recovery_vault_id = recovery.id
        self.recovery_vault_name = after(recovery_name, recovery)
        self.backup_vault_id = backup.id
        self.policy_ids = pulumi.Output.all(**{key: policy.id for key, policy in policies.items()})
        self.finish()
