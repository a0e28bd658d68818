"""The data of an exercise, and the list of all exercises.

`exercises/<track>_<nn>_<name>/` contains `exercise.yaml`, and can contain `files/`, which are copied over the prepared
project, `check.py` for conditions that no check in `checks/` covers, and `facts.py` for answers that `learn.facts` does
not compute.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from bluelamp.core.suggestions import did_you_mean
from bluelamp.errors import UsageError

FOLDER: Final = Path(__file__).with_name("exercises")
SHARED: Final = Path(__file__).with_name("shared")
"""Folders with files that several exercises copy over their projects."""
FILE: Final = "exercise.yaml"
_NAME: Final = re.compile(r"(platform|pipeline|auditor)_(\d\d)_([a-z]+(?:_[a-z]+)*)")


class Model(BaseModel):
    """Data of an exercise, with keys in camel case. Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True)


class Track(StrEnum):
    """For whom an exercise is. The values are the prefixes of the folder names."""

    PLATFORM = "platform"
    PIPELINE = "pipeline"
    AUDITOR = "auditor"

    @property
    def heading(self) -> str:
        """The heading of the track."""
        return {"platform": "Platform engineer", "pipeline": "Pipeline owner", "auditor": "Auditor, without code"}[self]


class Edit(Model):
    """A change of a file of the project: `find` is replaced by `by`, or `by` is added to the end of the file."""

    file: str
    find: str = ""
    by: str


class PlannedReport(Model):
    """A report on the plan that is written into `folder`, in `formats` (by default all)."""

    folder: str
    formats: tuple[str, ...] = ()


class Drift(Model):
    """An out-of-band change: the property `path` of the resource with this logical name becomes `value`."""

    resource: str
    path: str
    value: Any


class PlannedFault(Model):
    """A planned failure of the rehearsal cloud, as from `bluelamp cloud fault`."""

    type: str
    operation: str
    code: str
    message: str
    times: int = 1


class Prepare(Model):
    """The steps that prepare a project, in this order.

    `shared` names folders whose files are copied over the project before the exercise's own. `afterwards` are edits
    after the reports are written.
    """

    shared: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    reports: tuple[PlannedReport, ...] = ()
    afterwards: tuple[Edit, ...] = ()
    deploy: bool = False
    drift: tuple[Drift, ...] = ()
    faults: tuple[PlannedFault, ...] = ()


class Question(Model):
    """A question whose answer is computed by `fact`, a function in `facts.py` here or in the exercise's folder.

    `kind` is the form of the answer, `look` where the learner finds it.
    """

    id: str
    ask: str
    kind: Literal["number", "text", "list"]
    fact: str
    arguments: Mapping[str, Any] = {}
    look: str


class Exercise(Model):
    """One exercise. `minutes` is how long it takes a beginner, `read` are pages of the documentation.

    `checks` are mappings of one key: the name of a module in `checks/`, with its arguments.
    """

    title: str
    minutes: int
    task: str
    hints: tuple[str, ...]
    read: tuple[str, ...] = ()
    force: str = "dyfed-powys"
    prepare: Prepare = Prepare()
    questions: tuple[Question, ...] = ()
    checks: tuple[Mapping[str, Any], ...] = ()
    name: str
    track: Track
    number: int
    folder: Path


@lru_cache(maxsize=1)
def exercises() -> tuple[Exercise, ...]:
    """Every exercise, by track and number.

    Raises `ValueError` if a folder's name or the content of its file is invalid.
    """
    found = [_read(file) for file in FOLDER.glob(f"*/{FILE}")]
    order = list(Track)
    return tuple(sorted(found, key=lambda each: (order.index(each.track), each.number)))


def named(name: str) -> Exercise:
    """The exercise of this name. Raises `UsageError` if there is none."""
    by_name = {each.name: each for each in exercises()}
    if name not in by_name:
        step = did_you_mean(name, by_name) or "bluelamp learn list"
        raise UsageError(f"there is no exercise {name[:60]!r}", next_step=step)
    return by_name[name]


def _read(file: Path) -> Exercise:
    found = _NAME.fullmatch(file.parent.name)
    if found is None:
        raise ValueError(f"{file.parent.name}: the name must be TRACK_NN_NAME, such as platform_01_read_a_plan")
    track, number, name = found.groups()
    identity = {"track": track, "number": int(number), "name": name.replace("_", "-"), "folder": file.parent}
    return Exercise.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")) | identity)
