"""Azure Arc-enabled SQL Server.

    ArcSql("sql", {"label": label, "location": "uksouth", "resource_group_name": group.name,
                   "machines": {"custody-db-01": {"instances": {"MSSQLSERVER": {"version": "SQL Server 2022"}}}}})

installs the SQL Server extension on connected machines and registers each instance, with monitoring, migration
assessment and, with `backup_days`, daily backups.
"""

from bluelamp.modules.hybrid.arc_sql.arc_sql import ArcSql, ArcSqlArgs, ArcSqlInstance, ArcSqlMachine

__all__ = ["ArcSql", "ArcSqlArgs", "ArcSqlInstance", "ArcSqlMachine"]
