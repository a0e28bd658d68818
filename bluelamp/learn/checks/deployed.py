"""The rehearsal cloud holds what is planned, as it is planned."""

from collections.abc import Iterator
from typing import Final

from bluelamp.core.problems import Problem
from bluelamp.learn.at import At, value
from bluelamp.learn.exercise import Model
from bluelamp.reports.words import some

_MOST: Final = 3


class Wanted(Model):
    """Nothing more to say."""


def check(at: At, wanted: Wanted) -> Iterator[Problem]:
    """What is missing in the rehearsal cloud, what drifted there, and the faults that are still planned."""
    del wanted
    up = f"run: bluelamp up --rehearse {at.force}"
    held = {each.urn: each for each in at.cloud}
    if not held:
        yield Problem("", message="nothing of the force is deployed in the rehearsal cloud", next_step=up)
        return
    missing = [each.name for each in at.plan.managed if each.urn not in held]
    if missing:
        more = f" and {len(missing) - _MOST} more" if len(missing) > _MOST else ""
        told = (
            f"{len(missing)} of {len(at.plan.managed)} resources are not deployed: {', '.join(missing[:_MOST])}{more}"
        )
        yield Problem("", message=told, next_step=up)
    differing = [
        each
        for change in at.exercise.prepare.drift
        for each in at.plan.managed
        if each.name == change.resource
        and each.urn in held
        and value(each.inputs, change.path) != value(held[each.urn].outputs, change.path)
    ]
    if differing:
        # Which one it is, is what the learner has to find.
        yield Problem(
            "",
            message=f"the cloud still differs from the settings ({len(differing)} of the out-of-band changes)",
            next_step=f"run: bluelamp drift --rehearse {at.force}",
        )
    if at.faults:
        told = f"the rehearsal cloud still has {some(len(at.faults), 'planned fault')}"
        yield Problem("", message=told, next_step="run: bluelamp cloud fault --list")
