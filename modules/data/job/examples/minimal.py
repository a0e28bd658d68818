"""A nightly forecast in its own tenant."""

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
        "image": f"registry.essex.police.example/forecast@sha256:{'59f0' * 16}",
        "schedule": "30 4 * * *",
    },
)
