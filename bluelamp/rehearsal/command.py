"""Runs any command against the rehearsal cloud."""

import os
import signal
import stat
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import yaml

from bluelamp.core.files import read, replace
from bluelamp.core.signals import handled
from bluelamp.errors import UsageError
from bluelamp.rehearsal.calls import Calls
from bluelamp.rehearsal.command_line import CommandLine
from bluelamp.rehearsal.project import Project, project_file
from bluelamp.rehearsal.session import Rehearsal
from bluelamp.rehearsal.settings import LARGEST
from bluelamp.rehearsal.shim_server import ShimServer

_ENGINES_OWN: Final = {"encryptionsalt", "secretsprovider", "encryptedkey"}
_ENGINE: Final = "pulumi"


def _ignore(_: str) -> None:
    """Ignores the message."""


def project_folder(start: Path) -> Path | None:
    """The nearest folder at or above `start` with a `Pulumi.yaml`."""
    file = project_file(start)
    return file.parent if file else None


def run(rehearsal: Rehearsal, words: Sequence[str], say: Callable[[str], None] = _ignore) -> int:
    """Runs the command and returns its exit status; `say` is called with each repair after an interrupted run.

    In a Pulumi project the stack is created first if it does not exist, and the project's settings files are restored
    afterwards. Raises `RehearsalError` if the cloud still contains resources of a destroyed stack and `UsageError` if
    the command cannot be started.
    """
    here = Path.cwd()
    project = Project.at(here)
    calls = Calls(rehearsal, os.environ, say)
    with (
        ShimServer(calls, rehearsal.engine.path) as shims,
        _restored(project.settings("x").parent if project else None),
    ):
        engine = str(rehearsal.engine.path)
        environment = shims.environment(_script(rehearsal))
        if Path(words[0]).name == _ENGINE:
            return calls.run(words[1:], here, environment, lambda more, around: _execute([engine, *more], around))
        return _execute(words, environment)


def _script(rehearsal: Rehearsal) -> dict[str, str]:
    """The environment of a command, with the stack that the user has named. A script may select another."""
    named = os.environ.get("PULUMI_STACK")
    own = {"PULUMI_STACK": named} if named else {}
    return {**rehearsal.environment, "PULUMI_SKIP_CONFIRMATIONS": "true", **own}


def _execute(words: Sequence[str], environment: Mapping[str, str]) -> int:
    try:
        with (
            subprocess.Popen(words, env=dict(environment)) as child,
            handled(lambda number, _: child.send_signal(number), signal.SIGTERM, signal.SIGHUP),
        ):
            while True:
                try:
                    return child.wait()
                except KeyboardInterrupt:
                    # The command receives the interrupt too; wait for it to exit.
                    continue
    except OSError as error:
        raise UsageError(f"{words[0]} cannot be started: {error.strerror}") from error


def is_read_only(words: Sequence[str]) -> bool:
    """Whether the command changes no stack, so that others can read the stack at the same time."""
    if "--preview-only" in words:
        return True
    return Path(words[0]).name == _ENGINE and CommandLine(tuple(words[1:])).verb == "preview"


@contextmanager
def _restored(folder: Path | None) -> Iterator[None]:
    """Restores settings files that the engine has truncated or added its encryption salt to."""
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
    """The content of each stack settings file in `folder`, except special and oversized files."""
    found = {}
    for path in folder.glob("Pulumi.*.yaml") if folder else ():
        with suppress(OSError):
            found[path] = read(path, LARGEST)
    return found


def _cut(old: bytes | None, new: bytes) -> bool:
    """Whether a full disk has truncated a settings file, so that it is empty or not YAML."""
    return bool(old and old.strip()) and (not new.strip() or isinstance(_settings(new), bytes))


def _settings(content: bytes) -> Any:
    try:
        values = yaml.safe_load(content) or {}
    except (yaml.YAMLError, UnicodeDecodeError):
        return content
    return (
        {key: value for key, value in values.items() if key not in _ENGINES_OWN} if isinstance(values, dict) else values
    )
