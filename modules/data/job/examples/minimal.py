"""A forecast that runs every night in a tenant of its own."""

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
tenant = Tenant("analysis", {"label": label, "namespace": "analysis"})
ScheduledJob(
    "forecast",
    {
        "label": label,
        "namespace": tenant.namespace,
        "job": "demand-forecast",
        "image": "registry.essex.police.example/forecast@sha256:59f0db478528b4c446cfaf3d5b8a358dc500a6d97b29a215ee8c216a2f7174e2",
        "schedule": "30 4 * * *",
    },
)
