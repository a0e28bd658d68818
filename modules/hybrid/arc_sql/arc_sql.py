"""On-premises SQL Server, connected to Azure Arc."""

from typing import NotRequired, TypedDict

import pulumi
from pulumi_azure_native import azurearcdata, hybridcompute

from bluelamp.modules import naming
from bluelamp.modules.component import Component
from bluelamp.modules.shared_arguments import LabelledArgs

_DEFAULT_INSTANCE = "MSSQLSERVER"
_CHOICES = {
    "version": tuple(f"SQL Server {year}" for year in (2012, 2014, 2016, 2017, 2019, 2022)),
    "edition": ("Enterprise", "Standard", "Web", "Developer", "Express", "Evaluation"),
    "authentication": ("Windows", "Mixed"),
    "license_type": ("Paid", "PAYG", "LicenseOnly"),
    "os_type": ("windows", "linux"),
}
_EXTENSIONS = {"windows": "WindowsAgent.SqlServer", "linux": "LinuxAgent.SqlServer"}
_BACKUP_DAYS = (1, 35)


class ArcSqlInstance(TypedDict):
    """One instance of SQL Server."""

    version: str
    """The version, such as `SQL Server 2022`."""
    edition: NotRequired[str]
    """`Enterprise`, `Standard`, `Web`, `Developer`, `Express` or `Evaluation`; `Standard` by default."""
    cores: NotRequired[int]
    """The number of licensed cores; unknown by default."""
    authentication: NotRequired[str]
    """`Windows` authentication, or `Mixed` with SQL logins; `Windows` by default."""
    backup_days: NotRequired[int]
    """Retention of automatic backups on the machine in days, 1 to 35; no automatic backups by default."""


class ArcSqlMachine(TypedDict):
    """One connected machine."""

    instances: dict[str, ArcSqlInstance]
    """Its instances by name; `MSSQLSERVER` is the default one."""
    os_type: NotRequired[str]
    """`windows` or `linux`; `windows` by default."""
    license_type: NotRequired[str]
    """`Paid` (with Software Assurance), `PAYG` (by the hour) or `LicenseOnly`; `Paid` by default."""


class ArcSqlArgs(LabelledArgs):
    """Arguments of connected SQL Servers."""

    location: str
    """The Azure region of the Arc resources, `uksouth` or `ukwest`; the servers are on premises."""
    resource_group_name: pulumi.Input[str]
    """The resource group of the machines."""
    machines: dict[str, ArcSqlMachine]
    """The connected machines by their names in Azure."""
    extended_security_updates: NotRequired[bool]
    """Whether to buy Extended Security Updates for unsupported versions of SQL Server; false by default."""


class ArcSql(Component):
    """The SQL Server extension of connected machines, and each instance."""

    instance_ids: pulumi.Output[dict[str, str]]
    """The instances' ARM ids by their names in Azure: `machine`, or `machine_INSTANCE`."""

    def __init__(self, name: str, args: ArcSqlArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        wrong = _problems(args)
        if wrong:
            raise ValueError(f"ArcSql {name!r}: " + "; ".join(wrong))
        made: dict[str, azurearcdata.SqlServerInstance] = {}
        for machine, wanted in args["machines"].items():
            extension = self._extension(name, args, machine, wanted)
            for instance, facts in wanted["instances"].items():
                title = machine if instance == _DEFAULT_INSTANCE else f"{machine}_{instance}"
                made[title] = self._instance(name, args, title, instance, facts, extension)
        self.instance_ids = pulumi.Output.all(**{title: instance.id for title, instance in made.items()})
        self.finish()

    def _extension(
        self, name: str, args: ArcSqlArgs, machine: str, wanted: ArcSqlMachine
    ) -> hybridcompute.MachineExtension:
        kind = _EXTENSIONS[wanted.get("os_type", "windows")]
        return hybridcompute.MachineExtension(
            f"{name}-{machine}-extension",
            machine_name=machine,
            extension_name=kind,
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            properties=hybridcompute.MachineExtensionPropertiesArgs(
                publisher="Microsoft.AzureData",
                type=kind,
                auto_upgrade_minor_version=True,
                enable_automatic_upgrade=True,
                settings={
                    "SqlManagement": {"IsEnabled": True},
                    "LicenseType": wanted.get("license_type", "Paid"),
                    "enableExtendedSecurityUpdates": args.get("extended_security_updates", False),
                },
            ),
            tags=naming.tags(args["label"]),
            opts=self.child(),
        )

    def _instance(
        self,
        name: str,
        args: ArcSqlArgs,
        title: str,
        instance: str,
        facts: ArcSqlInstance,
        extension: hybridcompute.MachineExtension,
    ) -> azurearcdata.SqlServerInstance:
        days, cores = facts.get("backup_days"), facts.get("cores")
        return azurearcdata.SqlServerInstance(
            f"{name}-{title}",
            sql_server_instance_name=title,
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            properties=azurearcdata.SqlServerInstancePropertiesArgs(
                instance_name=instance,
                version=facts["version"],
                edition=facts.get("edition", "Standard"),
                cores=str(cores) if cores else None,
                service_type="Engine",
                authentication=azurearcdata.AuthenticationArgs(mode=facts.get("authentication", "Windows")),
                monitoring=azurearcdata.MonitoringArgs(enabled=True),
                migration=azurearcdata.MigrationArgs(assessment=azurearcdata.MigrationAssessmentArgs(enabled=True)),
                backup_policy=azurearcdata.BackupPolicyArgs(
                    retention_period_days=days,
                    full_backup_days=1,
                    differential_backup_hours=12,
                    transaction_log_backup_minutes=15,
                )
                if days
                else None,
            ),
            tags=naming.tags(args["label"]),
            opts=self.child(depends_on=[extension]),
        )


def _problems(args: ArcSqlArgs) -> list[str]:
    found: list[str] = []
    for machine, wanted in args["machines"].items():
        found += _unknown(f"machines.{machine}", wanted, ("os_type", "license_type"))
        for name, facts in wanted["instances"].items():
            where = f"machines.{machine}.instances.{name}"
            found += _unknown(where, facts, ("version", "edition", "authentication"))
            days = facts.get("backup_days", _BACKUP_DAYS[0])
            if not _BACKUP_DAYS[0] <= days <= _BACKUP_DAYS[1]:
                found.append(f"{where}.backup_days is {days}; use {_BACKUP_DAYS[0]} to {_BACKUP_DAYS[1]}")
    return found


def _unknown(where: str, given: ArcSqlInstance | ArcSqlMachine, keys: tuple[str, ...]) -> list[str]:
    return [
        f"{where}.{key} is {given[key]!r}; use {', '.join(_CHOICES[key])}"  # type: ignore[literal-required]  # of both
        for key in keys
        if key in given and given[key] not in _CHOICES[key]  # type: ignore[literal-required]  # of both
    ]
