"""Runs any command of any Pulumi project with the rehearsal cloud in its environment."""

import os
import stat
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import yaml

from bluelamp.core.files import read, replace
from bluelamp.errors import UsageError
from bluelamp.rehearsal.calls import Calls
from bluelamp.rehearsal.desk import Desk
from bluelamp.rehearsal.project import Project, project_file
from bluelamp.rehearsal.session import Rehearsal
from bluelamp.rehearsal.settings import LARGEST
from bluelamp.rehearsal.words import Words

_ENGINES_OWN: Final = {"encryptionsalt", "secretsprovider", "encryptedkey"}
_ENGINE: Final = "pulumi"


def _quietly(_: str) -> None:
    """Ignores the message."""


def project_folder(start: Path) -> Path | None:
    """The folder at or above `start` that holds a `Pulumi.yaml`."""
    file = project_file(start)
    return file.parent if file else None


def run(held: Rehearsal, words: Sequence[str], say: Callable[[str], None] = _quietly) -> int:
    """Runs the command and returns its exit status; `say` is called with repairs after an earlier run.

    In a Pulumi project the stack that it will use is there first, and the settings files are afterwards as they were.
    Raises `RehearsalError` where the stack was destroyed and the cloud still holds resources of it, `UsageError` where
    the command cannot be started.
    """
    here = Path.cwd()
    project = Project.at(here)
    calls = Calls(held, os.environ, say)
    with Desk(calls, held.engine.path) as desk, _untouched(project.settings("x").parent if project else None):
        engine = str(held.engine.path)
        environment = desk.environment(_script(held))
        if Path(words[0]).name == _ENGINE:
            return calls.run(words[1:], here, environment, lambda more, around: _execute([engine, *more], around))
        return _execute(words, environment)


def _script(held: Rehearsal) -> dict[str, str]:
    """The environment of a command; a stack that the user has named holds, a script may select another."""
    named = os.environ.get("PULUMI_STACK")
    own = {"PULUMI_STACK": named} if named else {}
    return {**held.environment, "PULUMI_SKIP_CONFIRMATIONS": "true", **own}


def _execute(words: Sequence[str], environment: Mapping[str, str]) -> int:
    try:
        with subprocess.Popen(words, env=dict(environment)) as child:
            while True:
                try:
                    return child.wait()
                except KeyboardInterrupt:
                    # The terminal has interrupted the command too; wait until it has ended cleanly.
                    continue
    except OSError as error:
        raise UsageError(f"{words[0]} cannot be started: {error.strerror}") from error


def only_looks(words: Sequence[str]) -> bool:
    """Whether the command changes no stack, so that other commands may read it at the same time."""
    if "--preview-only" in words:
        return True
    return Path(words[0]).name == _ENGINE and Words(tuple(words[1:])).verb == "preview"


@contextmanager
def _untouched(folder: Path | None) -> Iterator[None]:
    """Removes the engine's salt from settings files; the rehearsal's state has it too."""
    before = _stack_files(folder)
    try:
        yield
    finally:
        for path, new in _stack_files(folder).items():
            old = before.get(path)
            if new == old or not (_cut(old, new) or _settings(new) == _settings(old or b"")):
                continue
            if old is None:
                path.unlink()
            else:
                replace(path.resolve(), old, mode=stat.S_IMODE(path.stat().st_mode))


def _stack_files(folder: Path | None) -> dict[Path, bytes]:
    """The content of each stack file in `folder`, except special and oversized files."""
    found = {}
    for path in folder.glob("Pulumi.*.yaml") if folder else ():
        with suppress(OSError):
            found[path] = read(path, LARGEST)
    return found


def _cut(old: bytes | None, new: bytes) -> bool:
    """Whether a full disk has truncated a settings file: it is empty, or not YAML."""
    return bool(old and old.strip()) and (not new.strip() or isinstance(_settings(new), bytes))


def _settings(content: bytes) -> Any:
    try:
        values = yaml.safe_load(content) or {}
    except (yaml.YAMLError, UnicodeDecodeError):
        return content
    return (
        {key: value for key, value in values.items() if key not in _ENGINES_OWN} if isinstance(values, dict) else values
    )
