"""Scheduled data workloads, such as a forecast, on the force's own cluster.

    ScheduledJob("forecast", {"label": label, "namespace": tenant.namespace, "job": "demand-forecast",
                              "image": "registry.essex.police.example/forecast@sha256:…", "schedule": "30 4 * * *"})

A job can write to /tmp only; inputs and outputs are in other services, and the tenant's network policies limit its
connections. A job that fails or exceeds its deadline publishes nothing automatically.
"""

from bluelamp.modules.data.job.job import JobIdentity, ScheduledJob, ScheduledJobArgs

__all__ = ["JobIdentity", "ScheduledJob", "ScheduledJobArgs"]
