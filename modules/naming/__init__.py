"""Naming, tagging and addressing for every module.

A `Label` identifies a landing zone. The names (`name`), tags (`tags`), Kubernetes annotations (`annotations`) and
region data (`region`) derive from it. A hub's subnets (`hub_plan`) and the spokes (`spoke`) derive from an address
range. The package does not need Pulumi, and the same input always gives the same result.
"""

from bluelamp.modules.naming.addresses import HubPlan, hub_plan, spoke
from bluelamp.modules.naming.label import Label
from bluelamp.modules.naming.names import Kind, kinds, name
from bluelamp.modules.naming.regions import Region, region, regions
from bluelamp.modules.naming.tags import MANDATORY, annotations, tags

__all__ = [
    "MANDATORY",
    "HubPlan",
    "Kind",
    "Label",
    "Region",
    "annotations",
    "hub_plan",
    "kinds",
    "name",
    "region",
    "regions",
    "spoke",
    "tags",
]
