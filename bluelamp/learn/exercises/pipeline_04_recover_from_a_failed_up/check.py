"""The second update continued the first, which failed."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from bluelamp.core.files import read
from bluelamp.core.problems import Problem
from bluelamp.learn.project import LearnerProject

_HISTORY: Final = "state/.pulumi/history/bluelamp"
_LARGEST: Final = 16 << 20


def check(project: LearnerProject) -> Iterator[Problem]:
    """Whether the engine's history shows an update that failed, then one that succeeded, and no destruction."""
    runs = _runs(project)
    reset = f"run: bluelamp learn reset {project.exercise.name}"
    updates = [each["result"] for each in runs if each["kind"] == "update"]
    if any(each["kind"] == "destroy" for each in runs):
        message = "the resources of the first run were destroyed; the task is to continue from there"
        yield Problem("", message=message, next_step=reset)
    elif project.cloud and "failed" not in updates:
        message = "the history has no failed update: the rehearsal was reset, which deleted its resources"
        yield Problem("", message=message, next_step=reset)
    elif updates and updates[-1] != "succeeded":
        message = "the last update failed, and not every resource is deployed"
        step = f"remove the cause, then run: bluelamp up --rehearse {project.force}"
        yield Problem("", message=message, next_step=step)


def _runs(project: LearnerProject) -> list[Mapping[str, Any]]:
    """The engine's history: each run, from the first to the last."""
    from bluelamp.rehearsal.space import Space

    folder = Space(project.root).folder / _HISTORY / project.force
    found = []
    for file in folder.glob("*.history.json"):
        try:
            found.append(json.loads(read(file, _LARGEST)))
        except (OSError, ValueError):
            continue  # truncated when a run was killed: the engine ignores such a file too
    return sorted(found, key=lambda each: each["startTime"])
