"""The rehearsal cloud holds what is planned, as it is planned."""

from collections.abc import Iterator
from typing import Final

from bluelamp.core.problems import Problem
from bluelamp.learn.at import At, value
from bluelamp.learn.exercise import Model

_MOST: Final = 3


class Wanted(Model):
    """Nothing more to say."""


def check(at: At, wanted: Wanted) -> Iterator[Problem]:
    """What is missing in the rehearsal cloud, what drifted there, and the faults that are still planned."""
    del wanted
    up = f"run: bluelamp up --rehearse {at.force}"
    held = {each.urn: each for each in at.cloud}
    if not held:
        yield at.problem("nothing of the force is deployed in the rehearsal cloud", up)
        return
    missing = [each.name for each in at.plan.managed if each.urn not in held]
    if missing:
        more = f" and {len(missing) - _MOST} more" if len(missing) > _MOST else ""
        yield at.problem(
            f"{len(missing)} of {len(at.plan.managed)} resources are not deployed: {', '.join(missing[:_MOST])}{more}",
            up,
        )
    for change in at.exercise.prepare.drift:
        for each in at.plan.managed:
            if each.name != change.resource or each.urn not in held:
                continue
            planned, there = value(each.inputs, change.path), value(held[each.urn].outputs, change.path)
            if planned != there:
                yield at.problem(
                    f"{each.name}.{change.path} still differs in the cloud from what is planned",
                    f"run: bluelamp drift --rehearse {at.force}",
                )
    if at.faults:
        yield at.problem(
            f"{len(at.faults)} faults of the rehearsal cloud are still planned", "run: bluelamp cloud fault --list"
        )
