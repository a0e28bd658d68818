"""The second update continued the first, which failed."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from bluelamp.core.files import read
from bluelamp.core.problems import Problem
from bluelamp.learn.at import At

_HISTORY: Final = "state/.pulumi/history/bluelamp"
_LARGEST: Final = 16 << 20


def check(at: At) -> Iterator[Problem]:
    """Whether the engine's history shows an update that failed, then one that succeeded, and no destruction."""
    runs = _runs(at)
    afresh = f"run: bluelamp learn reset {at.exercise.name}"
    updates = [each["result"] for each in runs if each["kind"] == "update"]
    if any(each["kind"] == "destroy" for each in runs):
        told = "what the first run had made was destroyed; the task is to continue from there"
        yield Problem("", message=told, next_step=afresh)
    elif at.cloud and "failed" not in updates:
        told = "the cloud does not know of the update that failed: the rehearsal was forgotten, with what was made"
        yield Problem("", message=told, next_step=afresh)
    elif updates and updates[-1] != "succeeded":
        told = "the last update failed, and left the estate half-made"
        step = f"remove the cause, then run: bluelamp up --rehearse {at.force}"
        yield Problem("", message=told, next_step=step)


def _runs(at: At) -> list[Mapping[str, Any]]:
    """What the engine remembers of each run, the first one first."""
    from bluelamp.rehearsal.space import Space

    folder = Space(at.root).folder / _HISTORY / at.force
    found = []
    for file in folder.glob("*.history.json"):
        try:
            found.append(json.loads(read(file, _LARGEST)))
        except (OSError, ValueError):
            continue  # cut short when a run was killed: the engine does without it too
    return sorted(found, key=lambda each: each["startTime"])
