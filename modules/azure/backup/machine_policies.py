"""Policies of a Recovery Services vault: virtual machines, SQL Server in virtual machines, file shares."""

from collections.abc import Mapping

import pulumi
from pulumi_azure_native import recoveryservices as rs

# The service uses only the time of day, at which backups start. It is before the working day and after the usual
# maintenance windows, so any date will do.
_AT = "2026-01-01T02:00:00Z"
_TIME_ZONE = "GMT Standard Time"  # the Windows name of the London time zone, with summer time


def machine_policies(
    name: str,
    vault_name: pulumi.Input[str],
    resource_group_name: pulumi.Input[str],
    retention: Mapping[str, object],
    tags: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> dict[str, rs.ProtectionPolicy]:
    """The policies by type of data source. Backups run daily at 02:00, SQL Server log backups every 15 minutes."""
    daily = int(str(retention.get("daily_days", 30)))
    kept = _retention(retention, daily)
    schedule = rs.SimpleSchedulePolicyArgs(
        schedule_policy_type="SimpleSchedulePolicy", schedule_run_frequency="Daily", schedule_run_times=[_AT]
    )
    wanted = {
        "machines": rs.AzureIaaSVMProtectionPolicyArgs(
            backup_management_type="AzureIaasVM",
            policy_type="V2",
            time_zone=_TIME_ZONE,
            instant_rp_retention_range_in_days=7,
            schedule_policy=rs.SimpleSchedulePolicyV2Args(
                schedule_policy_type="SimpleSchedulePolicyV2",
                schedule_run_frequency="Daily",
                daily_schedule=rs.DailyScheduleArgs(schedule_run_times=[_AT]),
            ),
            retention_policy=kept,
        ),
        "sql": rs.AzureVmWorkloadProtectionPolicyArgs(
            backup_management_type="AzureWorkload",
            work_load_type="SQLDataBase",
            settings=rs.SettingsArgs(time_zone=_TIME_ZONE, issqlcompression=True, is_compression=True),
            sub_protection_policy=[
                rs.SubProtectionPolicyArgs(policy_type="Full", schedule_policy=schedule, retention_policy=kept),
                rs.SubProtectionPolicyArgs(
                    policy_type="Log",
                    schedule_policy=rs.LogSchedulePolicyArgs(
                        schedule_policy_type="LogSchedulePolicy", schedule_frequency_in_mins=15
                    ),
                    retention_policy=rs.SimpleRetentionPolicyArgs(
                        retention_policy_type="SimpleRetentionPolicy",
                        retention_duration=_for(min(daily, 35), "Days"),
                    ),
                ),
            ],
        ),
        "files": rs.AzureFileShareProtectionPolicyArgs(
            backup_management_type="AzureStorage",
            work_load_type="AzureFileShare",
            time_zone=_TIME_ZONE,
            schedule_policy=schedule,
            retention_policy=_retention(retention, min(daily, 200)),
        ),
    }
    return {
        key: rs.ProtectionPolicy(
            f"{name}-{key}-policy",
            policy_name=f"{key}-daily",
            vault_name=vault_name,
            resource_group_name=resource_group_name,
            properties=properties,
            tags=tags,
            opts=opts,
        )
        for key, properties in wanted.items()
    }


def _retention(retention: Mapping[str, object], daily: int) -> rs.LongTermRetentionPolicyArgs:
    first_sunday = rs.WeeklyRetentionFormatArgs(days_of_the_week=["Sunday"], weeks_of_the_month=["First"])
    years = int(str(retention.get("yearly_years", 0)))
    return rs.LongTermRetentionPolicyArgs(
        retention_policy_type="LongTermRetentionPolicy",
        daily_schedule=rs.DailyRetentionScheduleArgs(retention_times=[_AT], retention_duration=_for(daily, "Days")),
        weekly_schedule=rs.WeeklyRetentionScheduleArgs(
            days_of_the_week=["Sunday"],
            retention_times=[_AT],
            retention_duration=_for(int(str(retention.get("weekly_weeks", 12))), "Weeks"),
        ),
        monthly_schedule=rs.MonthlyRetentionScheduleArgs(
            retention_schedule_format_type="Weekly",
            retention_schedule_weekly=first_sunday,
            retention_times=[_AT],
            retention_duration=_for(int(str(retention.get("monthly_months", 12))), "Months"),
        ),
        yearly_schedule=rs.YearlyRetentionScheduleArgs(
            retention_schedule_format_type="Weekly",
            months_of_year=["January"],
            retention_schedule_weekly=first_sunday,
            retention_times=[_AT],
            retention_duration=_for(years, "Years"),
        )
        if years
        else None,
    )


def _for(count: int, unit: str) -> rs.RetentionDurationArgs:
    return rs.RetentionDurationArgs(count=count, duration_type=unit)
