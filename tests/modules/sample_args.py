"""Component arguments that several tests share."""

from typing import Any

from planned import Planned, plan

from bluelamp.modules.azure.hub import Hub
from bluelamp.modules.naming import Label

LABEL = Label(
    force="west-midlands",
    code="wmp",
    environment="prod",
    cost_centre="WMP-4410",
    business_owner="Head of Digital Platforms",
    classification="OFFICIAL-SENSITIVE",
    roadmap_milestone="hybrid-foundation",
    spend_type="strategic",
)
HUB: dict[str, Any] = {
    "location": "uksouth",
    "resource_group_name": "rg",
    "address_space": "10.61.0.0/22",
    "estate": ["10.61.0.0/16"],
    "workspace_id": "/id/logs",
}


def hub(label: Label, **more: Any) -> Planned:
    """A planned hub, with `more` arguments."""
    return plan(lambda: Hub("hub", {"label": label, **HUB, **more}))
