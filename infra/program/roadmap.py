"""The force's roadmap, registered so that rules judge it together with the resources, and its milestones as tags."""

from collections.abc import Mapping
from typing import Any

import pulumi

from bluelamp.core.asset_type import COST_INPUTS, MILESTONE, TACTICAL
from bluelamp.core.roadmap import Roadmap, milestone_inputs, tactical_inputs, tactical_tags
from bluelamp.infra.settings.roadmap import own_milestones
from bluelamp.modules.naming import Label


def register_roadmap(roadmap: Roadmap, owner: str) -> None:
    """Registers a component for each milestone and each tactical spend. Must run inside a Pulumi program.

    `owner` is the owner's role for milestones without one. Nothing is deployed for them.
    """
    for milestone in roadmap.milestones:
        inputs = milestone_inputs(milestone, owner, roadmap.file)
        pulumi.ComponentResource(MILESTONE, f"milestone-{milestone.id}", inputs).register_outputs({})
    for spend in roadmap.tactical:
        inputs = tactical_inputs(spend, roadmap.file)
        pulumi.ComponentResource(TACTICAL, f"tactical-{spend.id.lower()}", inputs).register_outputs({})


def register_cost_inputs(inputs: Mapping[str, Any]) -> None:
    """Registers a component with the usage, the hardware and the refreshed prices, if there are any.

    The budget rule prices the milestones with them. Must run inside a Pulumi program.
    """
    if inputs:
        pulumi.ComponentResource(COST_INPUTS, "cost-inputs", dict(inputs)).register_outputs({})


def zone_labels(label: Label, roadmap: Roadmap | None) -> Mapping[str, Label]:
    """The labels of landing zones with another milestone or tactical spend in the roadmap, by zone."""
    if roadmap is None:
        return {}
    labels: dict[str, Label] = {}
    for zone, milestone in own_milestones(roadmap).items():
        labels[zone] = {**label, "roadmap_milestone": milestone.id}
    for spend in roadmap.tactical:
        if spend.landing_zone is not None:
            own = labels.get(spend.landing_zone, label)
            tags = {**own.get("tags", {}), **tactical_tags(spend)}
            milestone_id = own["roadmap_milestone"] if spend.landing_zone in labels else spend.milestone
            labels[spend.landing_zone] = {
                **own,
                "roadmap_milestone": milestone_id,
                "spend_type": "tactical",
                "tags": tags,
            }
    return labels
