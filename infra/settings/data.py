"""Settings of a force's data: the lake, its sources and its query engine."""

from typing import Annotated, Final, Literal

from pydantic import Field

from bluelamp.infra.settings.azure_names import Workload
from bluelamp.infra.settings.cluster_values import InstanceName
from bluelamp.infra.settings.fields import Label, Model, Text

LAKE_FILE_SYSTEMS: Final = ("landing", "curated", "published")
"""The file systems of every lake, created by `modules/data/lake`."""

ENGINE_FILE_SYSTEM: Final = "workspace"
"""The file system for the files of a query engine, if there is one."""


class SqlSource(Model):
    """A database of one of the force's own SQL Servers, which the data factory reads."""

    name: Annotated[Workload, Field(max_length=30, examples=["custody"])]
    machine: Annotated[Label, Field(max_length=54, examples=["custody-db-01"])]
    """The name of a machine of `onPremises.servers.machines` that has SQL Server."""
    instance: InstanceName = "MSSQLSERVER"
    """`MSSQLSERVER` is the default instance."""
    database: Annotated[Text, Field(examples=["Custody"])]
    user: Annotated[Text, Field(examples=["lake_reader"])]
    """A login with read permission only. Its password is a secret in the landing zone's key vault."""
    secret: Annotated[Label, Field(examples=["custody-lake-reader"])]
    """The secret's name."""


class Data(Model):
    """The data landing zone. The profile and `components` decide which parts it has."""

    landing_zone: Annotated[Workload, Field(max_length=20, examples=["data"])]
    """The name of its landing zone, which must be in the primary region and contain nothing else."""
    engine: Literal["synapse", "databricks"] | None = None
    """The query engine for the lake in Azure; none by default."""
    interfaces: Annotated[Workload, Field(max_length=20)] | None = None
    """The name of an online landing zone for API Management, by which partners and the public read what the access
    policy gives them; none by default."""
    landing_immutable_days: Annotated[int, Field(ge=1, le=146_000)] = 90
    """Days for which landed data is immutable."""
    protect: bool = False
    """Whether the engine refuses to delete the lake's account. Write true before real data arrives."""
    sources: tuple[SqlSource, ...] = ()
    streaming_units: Literal[36, 72, 108, 144, 180, 216] = 36
    """The size of the Stream Analytics cluster, if there is one."""
