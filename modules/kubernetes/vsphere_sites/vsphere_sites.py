"""The vSphere failure domains of a force's machines."""

from typing import NotRequired, TypedDict

import pulumi

from bluelamp.modules.component import Component, after
from bluelamp.modules.kubernetes.names import check_names
from bluelamp.modules.kubernetes.owned import custom, metadata
from bluelamp.modules.shared_arguments import LabelledArgs

_API = "infrastructure.cluster.x-k8s.io/v1beta2"


class VsphereSite(TypedDict):
    """A failure domain: an independent compute cluster."""

    datacenter: str
    """Path or name of the data centre."""
    compute_cluster: str
    """Path or name of the compute cluster."""
    datastore: NotRequired[str]
    """Datastore of the machines; selected by the storage policy by default."""
    networks: list[str]
    """Port groups of the machines."""
    region: NotRequired[str]
    """Tag of the data centre in the category `k8s-region`; the data centre's name by default."""
    resource_pool: NotRequired[str]
    """Resource pool of the machines."""
    folder: NotRequired[str]
    """Folder of the machines."""
    control_plane: NotRequired[bool]
    """Whether control-plane machines are allowed; true by default."""


class VsphereSitesArgs(LabelledArgs):
    """Arguments of a force's sites on vSphere."""

    server: str
    """vCenter's host name."""
    identity_secret: str
    """Name of the secret with vCenter's `username` and `password`, in the namespace of the vSphere provider; External
    Secrets creates it."""
    sites: dict[str, VsphereSite]
    """The failure domains by name. A name is also the tag of its compute cluster, in the category `k8s-zone`."""


class VsphereSites(Component):
    """The account for sign-in to vCenter, and a failure domain with a deployment zone for each site."""

    identity: pulumi.Output[str]
    """Name of the `VSphereClusterIdentity`, for a class's `vsphere.identity`; known before it exists."""
    zones: pulumi.Output[list[str]]
    """Names of the deployment zones, for the `failure_domain` of a cluster's workers."""

    def __init__(self, name: str, args: VsphereSitesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        check_names(f"VsphereSites {name!r}", name, *args["sites"])
        if not args["sites"]:
            raise ValueError(f"VsphereSites {name!r}: sites is empty; name at least one")
        identity = custom(
            f"{name}-identity",
            f"{_API} VSphereClusterIdentity",
            metadata(args["label"], name),
            {
                "secretName": args["identity_secret"],
                # Namespaces of this force's clusters only.
                "allowedNamespaces": {"selector": {"matchLabels": {"bluelamp/force": args["label"]["force"]}}},
            },
            self.child(),
        )
        zones = []
        for site, where in args["sites"].items():
            domain = custom(
                f"{name}-{site}-domain",
                f"{_API} VSphereFailureDomain",
                metadata(args["label"], site),
                _domain(site, where),
                self.child(),
            )
            zone = custom(
                f"{name}-{site}-zone",
                f"{_API} VSphereDeploymentZone",
                metadata(args["label"], site),
                _zone(args["server"], site, where),
                self.child(depends_on=[domain]),
            )
            zones.append(zone)
        self.identity = after(name, identity)
        self.zones = after(list(args["sites"]), *zones)
        self.finish()


def _domain(site: str, where: VsphereSite) -> dict[str, object]:
    topology: dict[str, object] = {
        "datacenter": where["datacenter"],
        "computeCluster": where["compute_cluster"],
        "networks": where["networks"],
    }
    if "datastore" in where:
        topology["datastore"] = where["datastore"]
    return {
        "region": {
            "name": where.get("region", where["datacenter"].rpartition("/")[2]),
            "type": "Datacenter",
            "tagCategory": "k8s-region",
        },
        "zone": {"name": site, "type": "ComputeCluster", "tagCategory": "k8s-zone"},
        "topology": topology,
    }


def _zone(server: str, site: str, where: VsphereSite) -> dict[str, object]:
    found: dict[str, object] = {
        "server": server,
        "failureDomain": site,
        "controlPlane": where.get("control_plane", True),
    }
    constraint = {}
    if "resource_pool" in where:
        constraint["resourcePool"] = where["resource_pool"]
    if "folder" in where:
        constraint["folder"] = where["folder"]
    return {**found, "placementConstraint": constraint} if constraint else found
