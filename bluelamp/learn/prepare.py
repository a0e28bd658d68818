"""Prepares the project of an exercise."""

import shutil
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bluelamp.core.files import replace
from bluelamp.core.os_errors import reason_of
from bluelamp.core.resource import name_of
from bluelamp.errors import UsageError
from bluelamp.learn.answers import ANSWERS, template
from bluelamp.learn.exercise import SHARED, Edit, Exercise
from bluelamp.learn.own_modules import own_modules
from bluelamp.learn.text import TASK, task

Deploy = Callable[[Path, str], None]
"""Deploys the force into the rehearsal cloud of the project in a folder. Raises `BluelampError` if that fails."""
_LEFT_OUT: Final = ("__pycache__",)


def prepare(exercise: Exercise, folder: Path, deploy: Deploy) -> None:
    """Creates the exercise's project in `folder`, which must not exist. On failure there is no folder.

    Raises `UsageError` if the folder exists or cannot be written.
    """
    if folder.exists() or folder.is_symlink():
        raise UsageError(f"{folder} exists already", next_step=f"run: bluelamp learn reset {exercise.name}")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=f".{exercise.name}.", dir=folder.parent) as draft:
            project = Path(draft, exercise.name).resolve()
            write_files(exercise, project)
            _report(exercise, project)
            _edit(project, exercise.prepare.afterwards)
            if exercise.prepare.deploy:
                deploy(project, exercise.force)
            _apply_drift_and_faults(exercise, project)
            project.rename(folder)
    except OSError as error:
        raise UsageError(
            f"{error.filename or folder}: cannot be written: {reason_of(error)}", next_step="name another folder"
        ) from error


def write_files(exercise: Exercise, folder: Path) -> None:
    """Writes the files of the exercise's project into `folder`, without reports or a deployment."""
    from bluelamp.starting import start

    start(folder, exercise.force, f"platforms@{exercise.force}.police.example", "LEARN-1")
    for files in (*(SHARED / each for each in exercise.prepare.shared), exercise.folder / "files"):
        if files.is_dir():
            shutil.copytree(files, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*_LEFT_OUT))
    _edit(folder, exercise.prepare.edits)
    if exercise.questions:
        replace(folder / ANSWERS, template(exercise))
    replace(folder / TASK, task(exercise))


def _edit(folder: Path, edits: Iterable[Edit]) -> None:
    """Makes the changes. Raises `ValueError` if a file does not contain the text to replace."""
    for edit in edits:
        path = folder / edit.file
        # As bytes: this keeps the line ends of a file, such as a CSV file.
        content, find, by = path.read_bytes(), edit.find.encode(), edit.by.encode()
        if find and find not in content:
            raise ValueError(f"{edit.file} does not contain {edit.find!r}")
        replace(path, content.replace(find, by) if find else content + by)


def _report(exercise: Exercise, folder: Path) -> None:
    if not exercise.prepare.reports:
        return
    from bluelamp.fleet.judge import check_plan
    from bluelamp.reports.write import write

    with own_modules(folder):
        report = check_plan(exercise.force, folder, kept=True).report
    if report is None:
        raise ValueError(f"{exercise.name}: the prepared project cannot be judged")
    for each in exercise.prepare.reports:
        write([report], folder / each.folder, each.formats)


def _apply_drift_and_faults(exercise: Exercise, folder: Path) -> None:
    """Makes the out-of-band changes in the project's rehearsal cloud, and plans the failures."""
    if not (exercise.prepare.drift or exercise.prepare.faults):
        return
    from bluelamp.rehearsal.drift import drift
    from bluelamp.rehearsal.space import Space
    from bluelamp.rehearsal.store import Fault

    with closing(Space(folder).open_store()) as store:
        for change in exercise.prepare.drift:
            (record,) = (each for each in store.all() if name_of(each.urn) == change.resource)
            drift(store, record.id, change.path, change.value)
        for fault in exercise.prepare.faults:
            store.plan_fault(Fault(fault.type, fault.operation, fault.code, fault.message, fault.times))
