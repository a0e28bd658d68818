"""A setting in the stack file, or a value in another file of the project, is what it has to be."""

from collections.abc import Iterator
from typing import Any

from bluelamp import paths
from bluelamp.core.problems import Problem
from bluelamp.core.source import show
from bluelamp.learn.at import At
from bluelamp.learn.exercise import Model


class Wanted(Model):
    """The setting at `path`, or the value there in `file`, is `be`; null is for none. `why` says what wants it so."""

    file: str = ""
    path: str
    be: Any
    why: str


def check(at: At, wanted: Wanted) -> Iterator[Problem]:
    """Another value."""
    inside = (at.read(wanted.file).values or {}) if wanted.file else {}
    found = paths.found(inside, paths.parse(wanted.path)) if wanted.file else at.setting(wanted.path)
    if found != wanted.be:
        told = "is set" if wanted.be is None else f"is {show(found)}" if found is not None else "is not set"
        step = f"remove {wanted.path}" if wanted.be is None else f"set {wanted.path}: {show(wanted.be, quote=False)}"
        yield at.problem(f"{wanted.path} {told}: {wanted.why}", step, file=wanted.file, path=wanted.path)
