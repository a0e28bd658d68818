"""The settings, plan, findings and rehearsal cloud of a learner's project, each computed once."""

import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import cached_property, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from bluelamp import paths
from bluelamp.core import current
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.reader import content_of, parse
from bluelamp.core.source import Source
from bluelamp.errors import UsageError
from bluelamp.learn.exercise import Exercise, named
from bluelamp.learn.own_modules import own_modules

if TYPE_CHECKING:
    from bluelamp.planning import Plan, PlannedResource
    from bluelamp.rehearsal.store import Fault, Record
    from bluelamp.reports import Report

_STACK: Final = "stacks/Pulumi.{force}.yaml"


class LearnerProject:
    """The project of `exercise` in the folder `root`.

    Everything that is computed from the settings raises `SettingsError` with every mistake in them.
    """

    def __init__(self, exercise: Exercise, root: Path) -> None:
        self.exercise, self.root, self.force = exercise, root.resolve(), exercise.force

    @property
    def stack(self) -> str:
        """The path of the stack file in the project."""
        return _STACK.format(force=self.force)

    @cached_property
    def plan(self) -> "Plan":
        """The plan from the learner's program and settings."""
        return _planned(self.force, self.root)

    @cached_property
    def report(self) -> "Report":
        """The findings on `plan`."""
        from bluelamp.fleet.judge import judge_plan
        from bluelamp.origins.locations import with_locations

        plan = self.plan
        with _current_project(self.root):
            return with_locations(judge_plan(plan, self.root), plan, self.root)

    @property
    def before(self) -> "Plan":
        """The plan of the project before the learner's changes."""
        return _before(self.exercise.name)

    def read(self, file: str) -> Source:
        """The YAML document in a file of the project. Raises `SettingsError` if it cannot be read."""
        source = parse(*content_of(self.root / file, self.root), may_be_empty=True)
        if source.problems:
            raise SettingsError(source.problems)
        return source

    def setting(self, key: str) -> Any:
        """The value in the stack file at a path such as `bluelamp:azure.hub.addressSpace`; None if it is not set."""
        first, _, rest = key.partition(".")
        config = (self.read(self.stack).values or {}).get("config") or {}
        return paths.found(config.get(first), paths.parse(rest)) if rest else config.get(first)

    def planned(self, type_: str, name: str = "*") -> "list[PlannedResource]":
        """The planned resources of a type whose logical names match a pattern."""
        return resources(self.plan, type_, name)

    @cached_property
    def cloud(self) -> "Sequence[Record]":
        """The force's resources in the rehearsal cloud of the project; none if there was no rehearsal."""
        from bluelamp.core.resource import stack_of
        from bluelamp.rehearsal.space import Space

        if not Space(self.root).store_path.exists():
            return ()
        with closing(Space(self.root).open_store()) as store:
            return [each for each in store.all() if stack_of(each.urn) == self.force]

    @cached_property
    def faults(self) -> "Sequence[Fault]":
        """The remaining planned failures of the rehearsal cloud."""
        from bluelamp.rehearsal.space import Space

        if not Space(self.root).store_path.exists():
            return ()
        with closing(Space(self.root).open_store()) as store:
            return store.faults()

    def problem(self, message: str, next_step: str, *, file: str = "", found: str = "", path: str = "") -> Problem:
        """A problem that says what differs from the task."""
        return Problem(file or self.stack, message=message, found=found, path=path, next_step=next_step)


def resources(plan: "Plan", type_: str, name: str = "*") -> "list[PlannedResource]":
    """The resources in a plan of a type whose logical names match a pattern; in both `*` matches any text."""
    from fnmatch import fnmatchcase

    return [each for each in plan.resources if fnmatchcase(each.type, type_) and fnmatchcase(each.name, name)]


def value(properties: Mapping[str, Any], path: str) -> Any:
    """The property at a path such as `properties.budget.amount`, secrets hidden; None if it is missing."""
    from bluelamp.rehearsal.values import hidden

    return hidden(paths.found(properties, paths.parse(path)))


@contextmanager
def prepared_files(exercise: Exercise) -> Iterator[Path]:
    """A temporary folder with the prepared files of the exercise's project."""
    from bluelamp.learn.prepare import write_files

    with TemporaryDirectory() as temporary:
        folder = Path(temporary).resolve() / exercise.name
        write_files(exercise, folder)
        yield folder


@lru_cache(maxsize=4)
def _before(name: str) -> "Plan":
    """The plan of an exercise's prepared project, which is the same for every learner."""
    exercise = named(name)
    with prepared_files(exercise) as folder:
        return _planned(exercise.force, folder)


def _planned(force: str, root: Path) -> "Plan":
    from bluelamp.planning.attempt import ProgramError, attempt

    with _current_project(root), own_modules(root):
        try:
            plan = attempt(force, root)
        except ProgramError as error:
            raise SettingsError([_failed(error.__cause__ or error, root)]) from error
    if plan.errors:
        raise UsageError("; ".join(plan.errors), next_step=f"run: bluelamp check {force}")
    if plan.refused:
        raise SettingsError(_refused(plan, root))
    return plan


def _refused(plan: "Plan", root: Path) -> list[Problem]:
    """What the cloud would refuse, each with the setting that it comes from, if the reason quotes one."""
    from bluelamp.planning.refused_settings import refusals

    reasons = [
        (each.name, f"{one.path}: {one.reason}" if one.path else one.reason)
        for each in plan.refused
        for one in each.failures
    ]
    file = _STACK.format(force=plan.stack)
    return refusals(plan.stack, root, [f"{name}: {reason}" for name, reason in reasons]) or [
        Problem(file, path=name, message=f"Azure or Kubernetes refuses it: {reason}", next_step="correct the value")
        for name, reason in reasons
    ]


def _failed(error: BaseException, root: Path) -> Problem:
    """The failure of the program, at the innermost line of the project's own code in the traceback."""
    frames = [each for each in traceback.extract_tb(error.__traceback__) if Path(each.filename).is_relative_to(root)]
    file, line = (frames[-1].filename, frames[-1].lineno or 0) if frames else (str(root / "infra/__main__.py"), 0)
    if isinstance(error, SyntaxError) and error.filename and Path(error.filename).is_relative_to(root):
        file, line = error.filename, error.lineno or 0
    return Problem(
        Path(file).relative_to(root).as_posix(),
        line,
        message=f"the program failed: {type(error).__name__}: {error}",
        next_step="correct this line, or the code that it calls",
    )


@contextmanager
def _current_project(root: Path) -> Iterator[None]:
    """Makes this the current project, whose own rules apply."""
    before = current.project()
    current.use(root)
    try:
        yield
    finally:
        current.use(before)
