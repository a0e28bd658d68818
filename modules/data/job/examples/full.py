"""A weekly forecast with an Azure identity, which reads the lake and publishes to it."""

from bluelamp.modules.data.job import ScheduledJob
from bluelamp.modules.kubernetes.tenant import Tenant
from bluelamp.modules.naming import Label

label = Label(
    force="essex",
    code="essex",
    environment="test",
    cost_centre="EXP-2201",
    business_owner="Head of Data",
    classification="OFFICIAL",
    roadmap_milestone="single-view",
    spend_type="strategic",
)
tenant = Tenant(
    "analysis",
    {
        "label": label,
        "namespace": "analysis",
        "egress": [
            {"name": "lake", "cidr": "10.30.6.192/26", "ports": [443], "program": "demand-forecast"},
            {"name": "sign-in", "hosts": ["login.microsoftonline.com"], "ports": [443], "program": "demand-forecast"},
        ],
    },
)
ScheduledJob(
    "forecast",
    {
        "label": label,
        "namespace": tenant.namespace,
        "job": "demand-forecast",
        "image": f"registry.essex.police.example/forecast@sha256:{'59f0' * 16}",
        "schedule": "0 3 * * 1",
        "arguments": ["--months", "3"],
        "env": {"BLUELAMP_LAKE": "https://stlakeessexteuks.dfs.core.windows.net"},
        "files": {"views.json": '{"views": []}'},
        "cpu": "2",
        "memory": "4Gi",
        "deadline_minutes": 120,
        "retries": 0,
        "identity": {
            "client_id": "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e41",
            "tenant_id": "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e01",
        },
    },
)
