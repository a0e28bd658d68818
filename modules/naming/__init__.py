"""Naming, tagging and addressing for every module.

One `Label` says whose a landing zone is. From it come the names (`name`), the tags (`tags`), the Kubernetes
annotations (`annotations`) and the region's facts (`region`); from an address range come a hub's subnets (`hub_plan`)
and the spokes after it (`spoke`). Nothing here needs Pulumi, and the same label always gives the same answers.
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
