"""Hourly backups of one tenant and a daily backup, in a protected location."""

from bluelamp.modules.kubernetes.backup import ClusterBackup
from bluelamp.modules.naming import Label

label = Label(
    force="essex",
    code="essex",
    environment="prod",
    cost_centre="EXP-2201",
    business_owner="Head of Infrastructure",
    classification="OFFICIAL",
    roadmap_milestone="hybrid-foundation",
    spend_type="strategic",
)
ClusterBackup(
    "backup",
    {
        "label": label,
        "cluster": "live",
        "storage_account_name": "stbackupessexprod",
        "container_name": "velero",
        "resource_group_name": "rg-backup-essex-prod-uks",
        "subscription_id": "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e12",
        "tenant_id": "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e10",
        "client_id": "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e11",
        "immutable_days": 14,
        "schedules": [
            {"name": "hourly", "cron": "5 * * * *", "retention_days": 14, "namespaces": ["custody"], "volumes": False},
            {"name": "daily", "cron": "15 1 * * *", "retention_days": 90},
        ],
        "protect": True,
    },
)
