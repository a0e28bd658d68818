"""The learner's folder: a folder for each started exercise, and a file with the progress."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bluelamp.core.files import read, replace
from bluelamp.core.os_errors import reason_of
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.errors import UsageError

PROGRESS: Final = "bluelamp-learn.json"
DEFAULT: Final = "learn"
"""The default name of the learner's folder."""
_LARGEST: Final = 250_000
_STEP: Final = "move the file away, then run `bluelamp learn start NAME`: it continues with the folders that exist"


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Record(_Model):
    """The progress in one exercise. Times are UTC in ISO 8601."""

    started: str
    solved: str | None = None
    checks: int = Field(default=0, ge=0)
    hints: int = Field(default=0, ge=0)
    resets: int = Field(default=0, ge=0)


class Progress(_Model):
    """The progress of a learner, by the names of exercises. `current` is the exercise that was started last."""

    format: Literal["bluelamp-learn/1"] = "bluelamp-learn/1"
    current: str = ""
    exercises: dict[str, Record] = {}


def now() -> str:
    """The time, in UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def find(start: Path) -> Path | None:
    """The learner's folder that contains `start`, or `learn` below it; None if neither has progress."""
    here = start.resolve()
    for folder in (here, *here.parents, here / DEFAULT):
        if (folder / PROGRESS).exists():
            return folder
    return None


def existing(start: Path) -> Path:
    """As `find`. Raises `UsageError` if there is no learner's folder."""
    folder = find(start)
    if folder is None:
        raise UsageError(
            f"no exercise was started in {start.resolve()} (no {PROGRESS} here, above, or in {DEFAULT}/)",
            next_step="change to the learner's folder, or run: bluelamp learn start NAME",
        )
    return folder


def load_progress(folder: Path) -> Progress:
    """The progress in the learner's folder; empty if there is no file. Raises `SettingsError` if it is damaged."""
    path = folder / PROGRESS
    try:
        text = read(path, _LARGEST)
    except FileNotFoundError:
        return Progress()
    except OSError as error:
        reason = f"cannot be read: {reason_of(error)}"
        raise SettingsError([Problem(str(path), message=reason, next_step=_STEP)]) from None
    try:
        return Progress.model_validate(json.loads(text))
    except json.JSONDecodeError as error:
        problem = Problem(str(path), error.lineno, error.colno, message=f"is not JSON: {error.msg}", next_step=_STEP)
        raise SettingsError([problem]) from None
    except UnicodeDecodeError:
        raise SettingsError([Problem(str(path), message="is not UTF-8 text", next_step=_STEP)]) from None
    except ValidationError as errors:
        raise SettingsError(
            Problem(
                str(path),
                path=".".join(map(str, each["loc"])),
                message=each["msg"][:1].lower() + each["msg"][1:],
                next_step=_STEP,
            )
            for each in errors.errors(include_url=False)
        ) from None


def save_progress(folder: Path, progress: Progress) -> None:
    """Replaces the progress in the learner's folder atomically. Raises `UsageError` if it cannot be written."""
    try:
        replace(folder / PROGRESS, json.dumps(progress.model_dump(), indent=1) + "\n")
    except OSError as error:
        raise UsageError(
            f"{folder / PROGRESS}: cannot be written: {reason_of(error)}",
            next_step="free disk space, or grant the permission to write it",
        ) from error


def with_record(progress: Progress, name: str, **changes: object) -> Progress:
    """A copy of the progress with changed fields of one exercise, which becomes the current one."""
    before: Mapping[str, object] = (
        progress.exercises[name].model_dump() if name in progress.exercises else {"started": now()}
    )
    record = Record.model_validate({**before, **changes})
    return progress.model_copy(update={"current": name, "exercises": {**progress.exercises, name: record}})


def rename_aside(folder: Path) -> Path:
    """Renames `folder` to the first free `folder.kept-N`, and returns that. Raises `UsageError` if that fails."""
    number = 1
    while (kept := folder.with_name(f"{folder.name}.kept-{number}")).exists() or kept.is_symlink():
        number += 1
    try:
        return folder.rename(kept)
    except OSError as error:
        raise UsageError(
            f"{folder}: cannot be renamed to {kept.name}: {reason_of(error)}",
            next_step="close the programs that use the folder, or move it away",
        ) from error
