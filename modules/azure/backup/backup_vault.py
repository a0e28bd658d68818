"""The Backup vault."""

import pulumi
from pulumi_azure_native import dataprotection

from bluelamp.modules import naming
from bluelamp.modules.azure.backup.arguments import BackupArgs


def backup_vault(
    name: str, args: BackupArgs, vault_name: str, opts: pulumi.ResourceOptions
) -> dataprotection.BackupVault:
    """The vault: immutable, with always-on soft delete and no cross-subscription restore."""
    redundancy = args.get("redundancy", "GeoRedundant")
    key = args.get("encryption")
    return dataprotection.BackupVault(
        f"{name}-backup-vault",
        vault_name=vault_name,
        resource_group_name=args["resource_group_name"],
        location=args["location"],
        identity=dataprotection.DppIdentityDetailsArgs(
            type="SystemAssigned,UserAssigned" if key else "SystemAssigned",
            user_assigned_identities=[key["identity_id"]] if key else None,
        ),
        properties=dataprotection.BackupVaultArgs(
            storage_settings=[dataprotection.StorageSettingArgs(datastore_type="VaultStore", type=redundancy)],
            feature_settings=dataprotection.FeatureSettingsArgs(
                cross_region_restore_settings=dataprotection.CrossRegionRestoreSettingsArgs(state="Enabled")
                if redundancy == "GeoRedundant"
                else None,
                cross_subscription_restore_settings=dataprotection.CrossSubscriptionRestoreSettingsArgs(
                    state="Disabled"
                ),
            ),
            security_settings=dataprotection.SecuritySettingsArgs(
                immutability_settings=dataprotection.ImmutabilitySettingsArgs(
                    state=args.get("immutability", "Unlocked")
                ),
                soft_delete_settings=dataprotection.SoftDeleteSettingsArgs(
                    state="AlwaysOn", retention_duration_in_days=args.get("soft_delete_days", 30)
                ),
                encryption_settings=dataprotection.EncryptionSettingsArgs(
                    state="Enabled",
                    infrastructure_encryption="Enabled",
                    key_vault_properties=dataprotection.CmkKeyVaultPropertiesArgs(key_uri=key["key_uri"]),
                    kek_identity=dataprotection.CmkKekIdentityArgs(
                        identity_type="UserAssigned", identity_id=key["identity_id"]
                    ),
                )
                if key
                else None,
            ),
            monitoring_settings=dataprotection.MonitoringSettingsArgs(
                azure_monitor_alert_settings=dataprotection.AzureMonitorAlertSettingsArgs(
                    alerts_for_all_job_failures="Enabled"
                )
            ),
        ),
        tags=naming.tags(args["label"]),
        opts=opts,
    )
