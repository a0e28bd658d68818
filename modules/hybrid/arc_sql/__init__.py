"""SQL Server on premises seen from Azure, by Azure Arc.

    ArcSql("sql", {"label": label, "location": "uksouth", "resource_group_name": group.name,
                   "machines": {"custody-db-01": {"instances": {"MSSQLSERVER": {"version": "SQL Server 2022"}}}}})

puts the SQL Server extension on connected machines and keeps a record of each instance: monitored, assessed for
migration, and backed up every day where `backup_days` says so.
"""

from bluelamp.modules.hybrid.arc_sql.arc_sql import ArcSql, ArcSqlArgs, ArcSqlInstance, ArcSqlMachine

__all__ = ["ArcSql", "ArcSqlArgs", "ArcSqlInstance", "ArcSqlMachine"]
