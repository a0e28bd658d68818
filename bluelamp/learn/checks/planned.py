"""Resources are planned, with properties."""

from collections.abc import Iterator, Mapping
from shlex import quote
from typing import Any

from bluelamp.core.problems import Problem
from bluelamp.core.source import show
from bluelamp.learn.at import At, value
from bluelamp.learn.exercise import Model


class Wanted(Model):
    """`count` resources of `type` whose logical names match `name`, each with `properties`, by their paths.

    `what` is a noun without an article: the resource in the words of the task. `setting` is where the learner sets it,
    for the next step.
    """

    type: str
    name: str
    what: str
    setting: str
    count: int = 1
    properties: Mapping[str, Any] = {}


def check(at: At, wanted: Wanted) -> Iterator[Problem]:
    """What is missing, too many, or has another value."""
    found = at.planned(wanted.type, wanted.name)
    step = f"set it; run: bluelamp explain {quote(wanted.setting.removeprefix('bluelamp:'))}"
    if len(found) != wanted.count:
        told = f"the plan has {wanted.what} {len(found)} times" if found else f"the plan has no {wanted.what}"
        asked = f"; the task asks for {wanted.count}" if found else ""
        yield at.problem(told + asked, step, path=wanted.setting)
    for each in found:
        for path, expected in wanted.properties.items():
            seen = value(each.inputs, path)
            if _plain(seen) != _plain(expected):
                yield at.problem(
                    f"{wanted.what}: {path} is {show(seen)}; the task asks for {show(expected)}",
                    step,
                    path=wanted.setting,
                    found=show(seen),
                )


def _plain(held: Any) -> Any:
    """A value for comparison: YAML may write `8` where the cloud has the text `8`."""
    if isinstance(held, (list, tuple)):
        return [_plain(each) for each in held]
    return str(held) if isinstance(held, (int, float)) and not isinstance(held, bool) else held
