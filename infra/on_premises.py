"""What a force may say about its own data centres: the Kubernetes clusters and the tenants on them."""

from typing import Annotated, Literal

from pydantic import Field

from infra.fields import Cpu, Email, Guid, Label, Memory, Model, Namespace, Network, Text, Version


class Owner(Model):
    """Who answers for something: a role, never a person, with a mailbox that outlives the post's holder."""

    role: Annotated[Text, Field(examples=["Head of Digital"])]
    email: Email


class Quota(Model):
    """What all pods of a tenant may ask for together."""

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
    """Name of one of the force's clusters; None is the first."""
    owner: Owner | None = None
    """None is the force's owner."""
    quota: Quota = Quota()
    pod_security: Literal["restricted", "baseline"] = "restricted"
    groups: Groups = Groups()


class Cluster(Model):
    """A Kubernetes cluster that is already there, or that a later module makes."""

    name: Annotated[Label, Field(examples=["live"])]
    version: Version | None = None
    """Kubernetes version such as "1.36" (quoted: YAML reads 1.30 as the number 1.3)."""
    context: Text | None = None
    """Context in the kubeconfig; None is the current one. Credentials never stand in the settings."""


class OnPremises(Model):
    """A force's estate in its own data centres."""

    address_space: Network
    """Inside the force's on-premises allocation; by default all of it."""
    clusters: Annotated[tuple[Cluster, ...], Field(min_length=1)] = (Cluster(name="live"),)
    tenants: tuple[Tenant, ...] = ()
