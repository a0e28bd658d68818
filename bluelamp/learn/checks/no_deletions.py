"""The plan still has every resource of the prepared plan, and networks keep their ranges."""

from collections.abc import Iterator
from typing import Final

from bluelamp.core.problems import Problem
from bluelamp.learn.exercise import Model
from bluelamp.learn.project import LearnerProject, value

_MOST: Final = 5
_RANGES: Final = ("addressSpace.addressPrefixes", "addressPrefix")


class Wanted(Model):
    """`allowed` are types that may be deleted."""

    allowed: tuple[str, ...] = ()


def check(project: LearnerProject, wanted: Wanted) -> Iterator[Problem]:
    """Each resource of the prepared plan that is missing, and each network whose range has changed."""
    now = {each.urn: each for each in project.plan.managed}
    gone = [each for each in project.before.managed if each.urn not in now and each.type not in wanted.allowed]
    for each in gone[:_MOST]:
        yield project.problem(
            f"{each.name} ({each.type}) was planned before and is no longer: the next update would delete it",
            "restore the settings that it comes from; compare with `bluelamp learn start` in another folder",
        )
    if len(gone) > _MOST:
        yield project.problem(f"{len(gone) - _MOST} more resources are no longer planned", "restore their settings")
    for each in project.before.managed:
        for path in _RANGES if each.urn in now else ():
            old, new = value(each.inputs, path), value(now[each.urn].inputs, path)
            if old != new:
                yield project.problem(
                    f"{each.name}: the address range is {new}, and was {old}", "do not change existing address ranges"
                )
