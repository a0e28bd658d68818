"""The rehearsal cloud has the planned resources, without drift and planned failures."""

from collections.abc import Iterator
from typing import Final

from bluelamp.core.problems import Problem
from bluelamp.learn.exercise import Model
from bluelamp.learn.project import LearnerProject, value
from bluelamp.reports.words import some

_MOST: Final = 3


class Wanted(Model):
    """No arguments."""


def check(project: LearnerProject, wanted: Wanted) -> Iterator[Problem]:
    """Missing resources, drift and planned failures in the rehearsal cloud."""
    del wanted
    up = f"run: bluelamp up --rehearse {project.force}"
    deployed = {each.urn: each for each in project.cloud}
    if not deployed:
        yield Problem("", message="nothing of the force is deployed in the rehearsal cloud", next_step=up)
        return
    missing = [each.name for each in project.plan.managed if each.urn not in deployed]
    if missing:
        more = f" and {len(missing) - _MOST} more" if len(missing) > _MOST else ""
        names = ", ".join(missing[:_MOST])
        message = f"{len(missing)} of {len(project.plan.managed)} resources are not deployed: {names}{more}"
        yield Problem("", message=message, next_step=up)
    differing = [
        each
        for change in project.exercise.prepare.drift
        for each in project.plan.managed
        if each.name == change.resource
        and each.urn in deployed
        and value(each.inputs, change.path) != value(deployed[each.urn].outputs, change.path)
    ]
    if differing:
        # The learner has to find the resource, so the message does not name it.
        yield Problem(
            "",
            message=f"the cloud still differs from the settings ({len(differing)} of the out-of-band changes)",
            next_step=f"run: bluelamp drift --rehearse {project.force}",
        )
    if project.faults:
        message = f"the rehearsal cloud still has {some(len(project.faults), 'planned fault')}"
        yield Problem("", message=message, next_step="run: bluelamp cloud fault --list")
