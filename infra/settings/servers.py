"""Settings of servers and databases that are connected to Azure by Arc."""

from typing import Annotated, Literal

from pydantic import Field

from bluelamp.infra.settings.cluster_values import InstanceName
from bluelamp.infra.settings.fields import Guid, Label, Model


class SqlInstance(Model):
    """One instance of SQL Server on a machine."""

    name: InstanceName = "MSSQLSERVER"
    """`MSSQLSERVER` is the default instance."""
    version: Literal[
        "SQL Server 2012",
        "SQL Server 2014",
        "SQL Server 2016",
        "SQL Server 2017",
        "SQL Server 2019",
        "SQL Server 2022",
    ]
    edition: Literal["Enterprise", "Standard", "Web", "Developer", "Express", "Evaluation"] = "Standard"
    cores: Annotated[int, Field(ge=1, le=1024)] | None = None
    """The number of licensed cores."""
    backup_days: Annotated[int, Field(ge=1, le=35)] | None = None
    """Days for which automatic backups on the machine are kept; by default there are no backups."""


class Machine(Model):
    """A server that connected itself to Arc, or one that an Arc resource bridge creates."""

    name: Annotated[Label, Field(max_length=54, examples=["custody-db-01"])]
    """The server's name in Azure."""
    os: Annotated[Literal["windows", "linux"], Field(examples=["windows"])]
    kind: Literal["VMware", "SCVMM", "HCI"] | None = None
    """The platform of a server that an Arc resource bridge creates; not set for a server that connected itself."""
    sql: tuple[SqlInstance, ...] = ()
    license_type: Literal["Paid", "PAYG", "LicenseOnly"] = "Paid"
    """The licence of its SQL Server: `Paid` is with Software Assurance."""


class Servers(Model):
    """The servers of the force's own; all that connect to the group get agents and checks for updates by policy."""

    onboarding_principal_id: Guid | None = None
    """Object id of the service principal that connects servers, with no other permissions."""
    machines: tuple[Machine, ...] = ()
    """Servers with more than the policies provide, such as databases."""
