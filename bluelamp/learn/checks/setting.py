"""A setting in the stack file, or a value in another file of the project, has the required value."""

from collections.abc import Iterator
from typing import Any

from bluelamp import paths
from bluelamp.core.problems import Problem
from bluelamp.core.source import show
from bluelamp.learn.exercise import Model
from bluelamp.learn.project import LearnerProject


class Wanted(Model):
    """The setting at `path`, or the value at `path` in `file`, is `be` (null: not set). `why` is the reason."""

    file: str = ""
    path: str
    be: Any
    why: str


def check(project: LearnerProject, wanted: Wanted) -> Iterator[Problem]:
    """A problem if the value differs."""
    document = (project.read(wanted.file).values or {}) if wanted.file else {}
    found = paths.found(document, paths.parse(wanted.path)) if wanted.file else project.setting(wanted.path)
    if found != wanted.be:
        state = "is set" if wanted.be is None else f"is {show(found)}" if found is not None else "is not set"
        step = f"remove {wanted.path}" if wanted.be is None else f"set {wanted.path}: {show(wanted.be, quote=False)}"
        yield project.problem(f"{wanted.path} {state}: {wanted.why}", step, file=wanted.file, path=wanted.path)
