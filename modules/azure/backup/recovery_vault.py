"""The Recovery Services vault, and its private endpoint."""

import pulumi
from pulumi_azure_native import recoveryservices

from bluelamp.modules import naming
from bluelamp.modules.azure.backup.arguments import BackupArgs
from bluelamp.modules.azure.private_link import BLOB_ZONE, private_endpoint
from bluelamp.modules.component import Component


def recovery_vault(
    name: str, args: BackupArgs, vault_name: str, opts: pulumi.ResourceOptions
) -> recoveryservices.Vault:
    """The vault: private, immutable, with always-on soft delete."""
    redundancy = args.get("redundancy", "GeoRedundant")
    key = args.get("encryption")
    return recoveryservices.Vault(
        f"{name}-recovery-vault",
        vault_name=vault_name,
        resource_group_name=args["resource_group_name"],
        location=args["location"],
        sku=recoveryservices.SkuArgs(name="RS0", tier="Standard"),
        identity=recoveryservices.IdentityDataArgs(
            type="SystemAssigned, UserAssigned" if key else "SystemAssigned",
            user_assigned_identities=[key["identity_id"]] if key else None,
        ),
        properties=recoveryservices.VaultPropertiesArgs(
            public_network_access="Disabled",
            redundancy_settings=recoveryservices.VaultPropertiesRedundancySettingsArgs(
                standard_tier_storage_redundancy=redundancy,
                cross_region_restore="Enabled" if redundancy == "GeoRedundant" else "Disabled",
            ),
            security_settings=recoveryservices.SecuritySettingsArgs(
                immutability_settings=recoveryservices.ImmutabilitySettingsArgs(
                    state=args.get("immutability", "Unlocked")
                ),
                soft_delete_settings=recoveryservices.SoftDeleteSettingsArgs(
                    soft_delete_state="AlwaysON",
                    enhanced_security_state="AlwaysON",
                    soft_delete_retention_period_in_days=args.get("soft_delete_days", 30),
                ),
            ),
            monitoring_settings=recoveryservices.MonitoringSettingsArgs(
                azure_monitor_alert_settings=recoveryservices.AzureMonitorAlertSettingsArgs(
                    alerts_for_all_job_failures="Enabled",
                    alerts_for_all_failover_issues="Enabled",
                    alerts_for_all_replication_issues="Enabled",
                ),
                classic_alert_settings=recoveryservices.ClassicAlertSettingsArgs(
                    alerts_for_critical_operations="Disabled", email_notifications_for_site_recovery="Disabled"
                ),
            ),
            encryption=recoveryservices.VaultPropertiesEncryptionArgs(
                key_vault_properties=recoveryservices.CmkKeyVaultPropertiesArgs(key_uri=key["key_uri"]),
                kek_identity=recoveryservices.CmkKekIdentityArgs(
                    use_system_assigned_identity=False, user_assigned_identity=key["identity_id"]
                ),
                infrastructure_encryption="Enabled",
            )
            if key
            else None,
        ),
        tags=naming.tags(args["label"]),
        opts=opts,
    )


def recovery_endpoint(owner: Component, name: str, args: BackupArgs, vault: recoveryservices.Vault) -> None:
    """The private endpoint of the Recovery Services vault, and its DNS records if the zones are given."""
    zones = args.get("private_zone_ids", {})
    short = naming.region(args["location"]).short
    wanted = {
        "backup": f"privatelink.{short}.backup.windowsazure.com",
        "blob": BLOB_ZONE,
        "queue": "privatelink.queue.core.windows.net",
    }
    here = {key: zones[zone] for key, zone in wanted.items() if zone in zones}
    private_endpoint(owner, name, args, vault, "AzureBackup", here, connection="backup")
