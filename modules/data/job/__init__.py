"""Jobs: workloads on data, such as a forecast, that run on a schedule on the force's own cluster.

    ScheduledJob("forecast", {"label": label, "namespace": tenant.namespace, "job": "demand-forecast",
                              "image": "registry.essex.police.example/forecast@sha256:…", "schedule": "30 4 * * *"})

A run may write to /tmp and nowhere else: what it reads and what it publishes are elsewhere, and the tenant's network
policies say how far it gets. A run that fails or ends at its deadline publishes nothing by itself.
"""

from bluelamp.modules.data.job.job import JobIdentity, ScheduledJob, ScheduledJobArgs

__all__ = ["JobIdentity", "ScheduledJob", "ScheduledJobArgs"]
