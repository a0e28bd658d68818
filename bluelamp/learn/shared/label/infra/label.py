"""Whose the resources of this project are: what names and tags them."""

from typing import Final

from bluelamp.modules.naming import Label

LABEL: Final[Label] = {
    "force": "dyfed-powys",
    "code": "dpp",
    "environment": "prod",
    "cost_centre": "LEARN-1",
    "business_owner": "Head of Digital",
    "classification": "OFFICIAL-SENSITIVE",
    "roadmap_milestone": "first-steps",
    "spend_type": "strategic",
}
