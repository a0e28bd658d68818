"""The SQL Server of one connected machine."""

from bluelamp.modules.hybrid.arc_sql import ArcSql
from bluelamp.modules.naming import Label

label = Label(
    force="essex",
    code="essex",
    environment="test",
    cost_centre="EXP-2201",
    business_owner="Head of Infrastructure",
    classification="OFFICIAL",
    roadmap_milestone="landing-zone",
    spend_type="strategic",
)
ArcSql(
    "sql",
    {
        "label": label,
        "location": "uksouth",
        "resource_group_name": "rg-servers-essex-test-uks",
        "machines": {"custody-db-01": {"instances": {"MSSQLSERVER": {"version": "SQL Server 2022"}}}},
    },
)
