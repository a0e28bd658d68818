"""Settings of a force's own data centres: the Kubernetes clusters and the tenants on them."""

from typing import Annotated, Literal

from pydantic import Field

from bluelamp.infra.settings.cluster import Cluster, Vsphere
from bluelamp.infra.settings.fields import Cpu, Domain, Email, Guid, Label, Memory, Model, Namespace, Network, Text
from bluelamp.infra.settings.servers import Servers
from bluelamp.infra.settings.site import Site
from bluelamp.infra.settings.workloads import DataHub, Job


class Owner(Model):
    """An owner: a role, never a person, with a mailbox that does not depend on the post's holder."""

    role: Annotated[Text, Field(examples=["Head of Digital"])]
    email: Email


class Quota(Model):
    """The total resources that a tenant's pods may request."""

    cpu: Cpu = "4"
    memory: Memory = "16Gi"
    pods: Annotated[int, Field(ge=1, le=10_000)] = 50


class Groups(Model):
    """Entra ID groups, by object id, that get the built-in roles `admin`, `edit` and `view` in the namespace."""

    admin: Guid | None = None
    edit: Guid | None = None
    view: Guid | None = None


class Tenant(Model):
    """One team's namespace on a cluster."""

    name: Annotated[Namespace, Field(examples=["digital-evidence"])]
    cluster: Label | None = None
    """Name of one of the force's clusters; by default the first."""
    owner: Owner | None = None
    """By default the force's owner."""
    quota: Quota = Quota()
    pod_security: Literal["restricted", "baseline"] = "restricted"
    groups: Groups = Groups()
    jobs: tuple[Job, ...] = ()
    """Workloads that run on a schedule; none by default."""


class OnPremises(Model):
    """A force's estate in its own data centres."""

    address_space: Network
    """Inside the force's on-premises allocation; by default all of it."""
    domain: Domain | None = None
    """The force's own domain, such as `force.example`, whose queries Azure forwards to the sites' DNS servers."""
    sites: tuple[Site, ...] = ()
    """The data centres that are connected to the hub."""
    management_context: Text | None = None
    """Context in the kubeconfig of the management cluster of Cluster API; by default the current one."""
    registry: Domain | None = None
    """Host of the registry inside the force that mirrors every image; by default `registry.<domain>`."""
    vsphere: Vsphere | None = None
    """The vSphere for clusters' virtual machines; required if a cluster has `infrastructure: vsphere`."""
    clusters: Annotated[tuple[Cluster, ...], Field(min_length=1)] = (Cluster(name="live"),)
    tenants: tuple[Tenant, ...] = ()
    datahub: DataHub | None = None
    """The data catalogue on the force's own premises, where the component `dataCatalogue` is on; none by default."""
    servers: Servers | None = None
    """Servers outside the clusters that are connected to Azure by Arc; none by default."""

    def cluster(self, name: str | None) -> Cluster:
        """The cluster of that name; the first if the settings name none."""
        return next(each for each in self.clusters if not name or each.name == name)
