"""Settings of a Kubernetes cluster in a force's own data centres, and of its infrastructure."""

from typing import Annotated, Literal

from pydantic import Field

from bluelamp.infra.settings.azure_names import Workload
from bluelamp.infra.settings.cluster_values import ImageChecksum, ImageUrl, Version
from bluelamp.infra.settings.fields import Address, Domain, Label, Model, Text, Thumbprint
from bluelamp.infra.settings.keys import AgentCertificate, SigningKey


class Workers(Model):
    """A group of identical worker machines."""

    name: Annotated[Label, Field(max_length=20)] = "workers"
    replicas: Annotated[int, Field(ge=1, le=500)] = 3
    failure_domain: Label | None = None
    """Name of their vSphere site; by default Cluster API chooses one."""


_SHA_256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


class Metal3(Model):
    """The image that bare metal boots."""

    image_url: Annotated[ImageUrl, Field(examples=["https://images.force.police.example/rke2-v1.36.3.qcow2"])]
    image_checksum: Annotated[ImageChecksum, Field(examples=[_SHA_256])]
    """The image's SHA-256, or its URL."""


class Cluster(Model):
    """A Kubernetes cluster: an existing one, or one that Cluster API manages."""

    name: Annotated[Workload, Field(max_length=30, examples=["live"])]
    tier: Literal["live", "non-live"] = "live"
    site: Label | None = None
    """Name of one of the force's sites; by default the first."""
    version: Version | None = None
    """Kubernetes version such as "1.36" (quoted: YAML reads 1.30 as the number 1.3)."""
    context: Text | None = None
    """Context in the kubeconfig; by default the current one. Credentials are never in the settings."""
    infrastructure: Literal["vsphere", "metal3"] | None = None
    """The infrastructure on which Cluster API creates the machines; not set for an existing cluster."""
    distribution: Literal["rke2", "kubeadm"] = "rke2"
    """`rke2` comes with the CIS profile."""
    metal3: Metal3 | None = None
    """Required with `infrastructure: metal3`."""
    endpoint: Address | None = None
    """The address of the API server, inside the force's own range; required with `infrastructure`."""
    control_plane: Literal[1, 3, 5] = 3
    """The number of control plane machines."""
    workers: Annotated[tuple[Workers, ...], Field(min_length=1)] = (Workers(),)
    agent_certificate: AgentCertificate | None = None
    """The public key of the agents that connect it to Azure Arc; without it the cluster is not connected."""
    signing_keys: Annotated[tuple[SigningKey, ...], Field(max_length=10)] = ()
    """The public keys that sign its service accounts' tokens, old and new while they are rotated. Without them
    nothing on the cluster signs in to Azure: no secrets from a vault, no backups, no metrics."""


class VsphereSite(Model):
    """A failure domain: one cluster of hosts in one of vSphere's data centres."""

    name: Annotated[Label, Field(examples=["headquarters"])]
    datacenter: Annotated[Text, Field(examples=["HQ"])]
    cluster: Annotated[Text, Field(examples=["HQ-Cluster-1"])]
    datastore: Annotated[Text, Field(examples=["vsan-hq"])]
    network: Annotated[Text, Field(examples=["k8s-hq"])]


class Vsphere(Model):
    """The force's vSphere. Its credentials are a secret on the management cluster, never a setting."""

    server: Annotated[Domain, Field(examples=["vcenter.force.police.example"])]
    thumbprint: Thumbprint | None = None
    """SHA-1 of the server's certificate, `AB:CD:…`, where it is not signed by an authority that machines trust."""
    template: Annotated[Text, Field(examples=["ubuntu-2404-rke2-v1.36"])]
    """The machine image."""
    folder: Text | None = None
    storage_policy: Text | None = None
    sites: Annotated[tuple[VsphereSite, ...], Field(min_length=1)]
