"""What was planned before is planned still, in the same place and under the same name."""

from collections.abc import Iterator
from typing import Final

from bluelamp.core.problems import Problem
from bluelamp.learn.at import At, value
from bluelamp.learn.exercise import Model

_MOST: Final = 5
_RANGES: Final = ("addressSpace.addressPrefixes", "addressPrefix")


class Wanted(Model):
    """Nothing more to say; `but` are types that may go."""

    but: tuple[str, ...] = ()


def check(at: At, wanted: Wanted) -> Iterator[Problem]:
    """Each resource of the prepared project that is gone, and each network whose range has changed."""
    now = {each.urn: each for each in at.plan.managed}
    gone = [each for each in at.before.managed if each.urn not in now and each.type not in wanted.but]
    for each in gone[:_MOST]:
        yield at.problem(
            f"{each.name} ({each.type}) was planned before and is no longer: the next update would delete it",
            "put back the settings that it is made from; compare with `bluelamp learn start` in another folder",
        )
    if len(gone) > _MOST:
        yield at.problem(f"{len(gone) - _MOST} more resources are no longer planned", "put their settings back")
    for each in at.before.managed:
        for path in _RANGES if each.urn in now else ():
            old, new = value(each.inputs, path), value(now[each.urn].inputs, path)
            if old != new:
                yield at.problem(
                    f"{each.name}: the address range is {new}, and was {old}", "leave existing address ranges alone"
                )
