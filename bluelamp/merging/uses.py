"""Fits the usage file of a draft to the new force's plan."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bluelamp.core.problems import SettingsError
from bluelamp.cost.estate import estate_of_plan, unused
from bluelamp.errors import BluelampError
from bluelamp.planning.attempt import planned
from bluelamp.pricing.usage import read_usage

USAGE: Final = "usage.yaml"


def fitted(values: Mapping[str, Any], force: str, root: Path) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The usage file without usage of resources that the new force does not plan, and the omitted paths.

    Nothing is omitted if the force cannot be planned; `bluelamp check` then gives the reason.
    """
    if not values.get("resources"):
        return dict(values), ()
    try:
        unused_usage = unused(read_usage(root, force), estate_of_plan(planned(force, root)))
    except (SettingsError, BluelampError):
        return dict(values), ()
    omitted = {each.path.removeprefix("resources.") for each in unused_usage}
    used = {
        name: {key: amount for key, amount in usage.items() if f"{name}.{key}" not in omitted}
        for name, usage in values["resources"].items()
        if name not in omitted
    }
    used = {name: usage for name, usage in used.items() if usage}
    rest = {key: value for key, value in values.items() if key != "resources"}
    return ({**rest, "resources": used} if used else rest), tuple(each.path for each in unused_usage)
