"""The inputs of the costs of a force's milestones, checked against its roadmap."""

from pathlib import Path
from typing import Any

from bluelamp.core.roadmap import Roadmap
from bluelamp.infra.settings.model import Force


def cost_inputs(force: Force, roadmap: Roadmap, root: Path) -> dict[str, Any]:
    """The usage, the hardware and the refreshed prices of the force; empty if no milestone has a monthly budget.

    Raises `SettingsError` with every mistake in the files.
    """
    if not any(each.budget and each.budget.monthly is not None for each in roadmap.milestones):
        return {}
    from bluelamp.pricing.inputs import registered

    return registered(root, force.slug, tuple(roadmap.by_id))
