"""Settings of data workloads on the force's own clusters: tenants' jobs, and DataHub."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from bluelamp.core.source import show
from bluelamp.infra.settings.azure_names import Workload
from bluelamp.infra.settings.fields import Cpu, Domain, Label, Memory, Model, Network, Text, in_schema, refuse

_DIGEST = re.compile(r"[^\s@]+@sha256:[0-9a-f]{64}")
_CRON = re.compile(r"[0-9*,/A-Za-z-]+( [0-9*,/A-Za-z-]+){4}")
_EXAMPLE = "registry.force.police.example/forecast@sha256:" + "4f" * 32


@in_schema(pattern=rf"^({_DIGEST.pattern})$")
def _image(value: str) -> str:
    if not _DIGEST.fullmatch(value):
        raise refuse(f"{show(value)} does not name an image by its digest", f"for example {_EXAMPLE}")
    return value


@in_schema(pattern=rf"^({_CRON.pattern})$")
def _schedule(value: str) -> str:
    if not _CRON.fullmatch(value):
        raise refuse(f"{show(value)} is not a valid schedule", 'five fields as cron has them, such as "30 4 * * *"')
    return value


Image = Annotated[str, AfterValidator(_image), Field(examples=[_EXAMPLE])]
"""An image in the force's registry, by digest."""

Schedule = Annotated[str, AfterValidator(_schedule), Field(examples=['"30 4 * * *"'])]
"""When a job starts, in Europe/London."""


class JobLake(Model):
    """The access of a job to the lake, with its own identity; it has no other access to the lake."""

    read: tuple[Label, ...] = ()
    """File systems of the lake that it reads: `landing`, `curated`, `published`; with an engine also `workspace`."""
    write: tuple[Label, ...] = ()
    """File systems of the lake that it reads, changes and deletes in."""
    own: tuple[Label, ...] = ()
    """File systems whose access control lists it sets, as Storage Blob Data Owner; it also reads and writes there."""
    access_policy: bool = False
    """Whether it gets the force's access policy, compiled: `lake-acls.json` and `views.json` in `/etc/bluelamp`."""


class Job(Model):
    """A workload that runs on a schedule in a tenant's namespace, one run at a time."""

    name: Annotated[Workload, Field(max_length=52, examples=["demand-forecast"])]
    image: Image
    schedule: Schedule
    arguments: tuple[Text, ...] = ()
    cpu: Cpu = "1"
    memory: Memory = "2Gi"
    deadline_minutes: Annotated[int, Field(ge=1, le=1440)] = 60
    """Minutes after which a run is stopped."""
    lake: JobLake | None = None
    """What it may do in the lake of `azure.data`; by default nothing. Its cluster must have `signingKeys`; it
    takes effect where the components `dataLake` and `workloadIdentity` are there."""


class Images(Model):
    """DataHub's images, all of one release."""

    gms: Image
    frontend: Image
    upgrade: Image


class Store(Model):
    """A store that DataHub needs, which the force runs elsewhere."""

    host: Annotated[Domain, Field(examples=["datahub-db.force.police.example"])]
    port: Annotated[int, Field(ge=1, le=65535, examples=["5432"])]
    cidr: Annotated[Network, Field(examples=["10.144.8.0/28"])]
    """The addresses that it is at: nothing else is let through."""


class DataHub(Model):
    """The catalogue on the force's own premises, in a tenant of its own."""

    cluster: Label | None = None
    """Name of one of the force's clusters; by default the first."""
    images: Images
    database: Store
    """A PostgreSQL server."""
    search: Store
    """An OpenSearch cluster."""
    kafka: Store
    """The bootstrap server of a Kafka cluster."""
