"""The plan has resources with certain properties."""

from collections.abc import Iterator, Mapping
from shlex import quote
from typing import Any

from bluelamp.core.problems import Problem
from bluelamp.core.source import show
from bluelamp.learn.exercise import Model
from bluelamp.learn.project import LearnerProject, value


class Wanted(Model):
    """`count` resources of `type` whose logical names match `name`, each with `properties`, by their paths.

    `what` is what the task calls the resource, a noun without an article. `setting` is the setting that it comes from.
    """

    type: str
    name: str
    what: str
    setting: str
    count: int = 1
    properties: Mapping[str, Any] = {}


def check(project: LearnerProject, wanted: Wanted) -> Iterator[Problem]:
    """A wrong number of resources, and each property with another value."""
    found = project.planned(wanted.type, wanted.name)
    step = f"set it; run: bluelamp explain {quote(wanted.setting.removeprefix('bluelamp:'))}"
    if len(found) != wanted.count:
        problem = f"the plan has {wanted.what} {len(found)} times" if found else f"the plan has no {wanted.what}"
        task = f"; the task asks for {wanted.count}" if found else ""
        yield project.problem(problem + task, step, path=wanted.setting)
    for each in found:
        for path, expected in wanted.properties.items():
            actual = value(each.inputs, path)
            if _comparable(actual) != _comparable(expected):
                yield project.problem(
                    f"{wanted.what}: {path} is {show(actual)}; the task asks for {show(expected)}",
                    step,
                    path=wanted.setting,
                    found=show(actual),
                )


def _comparable(found: Any) -> Any:
    """A value for comparison: a number in YAML may be a text in the cloud."""
    if isinstance(found, (list, tuple)):
        return [_comparable(each) for each in found]
    return str(found) if isinstance(found, (int, float)) and not isinstance(found, bool) else found
