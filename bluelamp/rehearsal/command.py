"""Running any command, of any Pulumi project, with the rehearsal cloud in its environment."""

import os
import re
import stat
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import pairwise
from os.path import lexists
from pathlib import Path
from typing import Any

import yaml

from bluelamp.core.files import read, replace
from bluelamp.engine.operation import Target
from bluelamp.errors import RehearsalError, UsageError
from bluelamp.rehearsal import stack
from bluelamp.rehearsal.session import Rehearsal

_DEFAULT_STACK = "rehearsal"
_NAME = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9_.][A-Za-z0-9_.-]{0,99}")
"""What Pulumi takes for the name of a project or a stack, but for a hyphen in front: that would be an option."""
_LARGEST = 1_000_000
"""Bytes that a Pulumi.yaml may have."""
_ON_A_STACK = frozenset({"up", "update", "preview", "pre", "destroy", "down", "dn", "refresh"})
"""The engine's commands that run the program or change its stack."""
_ENGINES_OWN = {"encryptionsalt", "secretsprovider", "encryptedkey"}


def _quietly(_: str) -> None:
    """Hears nothing."""


def project_folder(start: Path) -> Path | None:
    """The folder at or above `start` that holds a `Pulumi.yaml`."""
    return next((folder for folder in (start, *start.parents) if (folder / "Pulumi.yaml").is_file()), None)


def run(held: Rehearsal, root: Path | None, words: Sequence[str], say: Callable[[str], None] = _quietly) -> int:
    """Runs the command and returns its exit status; `say` hears what an earlier run left and how it was repaired.

    In a Pulumi project the stack that it will use is there first, and the settings files are afterwards as they were.
    Raises `RehearsalError` where the stack was destroyed and the cloud still holds resources of it, `UsageError` where
    the command cannot be started.
    """
    environment = dict(held.environment)
    if "--preview-only" not in words:
        # Nothing real can be harmed, so nothing asks; the engine takes this for --yes, which excludes --preview-only.
        environment["PULUMI_SKIP_CONFIRMATIONS"] = "true"
    if root is None:
        return _execute(words, environment)
    project, folder = _project(root)
    name = _named(words)
    if name is None:
        given = os.environ.get("PULUMI_STACK", "").rpartition("/")[2]
        name = given or _only_stack(folder)
        if name is None and list(words[:1]) == ["pulumi"] and words[1:2] and words[1] in _ON_A_STACK and _is_ours(root):
            example = " ".join([*words[:2], "--stack", "FORCE", *words[2:]])
            raise UsageError("which force is meant?", next_step=f"name its stack: bluelamp rehearse -- {example}")
        name = name or _DEFAULT_STACK
        environment["PULUMI_STACK"] = name
    _checked("stack", name, "name it with --stack")
    with _untouched(folder):
        settings = stack.prepare(held.space, project, folder / f"Pulumi.{name}.yaml", config=False)
        target = Target(held.engine, name, root, environment, settings)
        if not _makes_stacks(words):
            held.make_ready(target, project)
            for note in held.recover(target, project).notes:
                say(f"{name}: {note}")
        with held.changing(target, project) as change:
            status = _execute(words, environment)
            left = change.left() if status == 0 and _destroys(words) else []
            change.done = status == 0 and not left
        if change.damaged:
            say(
                f"{name}: the engine could not write the stack's state; free disk space, then run the same command "
                "again: it starts from the last complete state"
            )
        if left:
            raise RehearsalError(
                f"{name}: the rehearsal cloud still holds {len(left)} of its resources: {', '.join(left[:5])}",
                next_step="run the same command again: it removes them",
            )
        return status


def _is_ours(root: Path) -> bool:
    """Whether the project is one of Bluelamp's, in which each stack is a force's."""
    return lexists(root / "stacks" / "forces.yaml")


def _execute(words: Sequence[str], environment: dict[str, str]) -> int:
    try:
        with subprocess.Popen(words, env=environment) as child:
            while True:
                try:
                    return child.wait()
                except KeyboardInterrupt:
                    # The terminal has interrupted the command too; it is given the time to end well.
                    continue
    except OSError as error:
        raise UsageError(f"{words[0]} cannot be started: {error.strerror}") from error


def _project(root: Path) -> tuple[str, Path]:
    path = root / "Pulumi.yaml"
    # Anybody's project: read as Pulumi reads it, not as strictly as the files of a force.
    try:
        content = yaml.safe_load(read(path, _LARGEST))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not YAML: {error}") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    if not isinstance(content, dict) or not isinstance(content.get("name"), str):
        raise UsageError(f"{path} does not name a project")
    _checked("project", content["name"], f"correct `name` in {path}")
    return content["name"], root / str(content.get("stackConfigDir") or "")


def _checked(what: str, name: str, step: str) -> None:
    """Raises `UsageError` for a name that is no name: it would be read as an option, or as a path elsewhere."""
    if not _NAME.fullmatch(name):
        allowed = "1 to 100 letters, digits, hyphens, underscores and full stops, without a hyphen in front"
        raise UsageError(f"{name[:60]!r} is not the name of a {what}; allowed: {allowed}", next_step=step)


def _named(words: Sequence[str]) -> str | None:
    """The stack that the command names itself."""
    for place, word in enumerate(words):
        if word in ("-s", "--stack") and place + 1 < len(words):
            return words[place + 1].rpartition("/")[2]
        if word.startswith("--stack="):
            return word.removeprefix("--stack=").rpartition("/")[2]
    return None


def _makes_stacks(words: Sequence[str]) -> bool:
    return any(pair in (("stack", "init"), ("stack", "rm"), ("stack", "new")) for pair in pairwise(words))


def _destroys(words: Sequence[str]) -> bool:
    return any(word in ("down", "dn") or "destroy" in word for word in words)


def only_looks(words: Sequence[str]) -> bool:
    """Whether the command changes no stack, so that others may look at it at the same time."""
    return "--preview-only" in words or list(words[:2]) in (["pulumi", "preview"], ["pulumi", "pre"])


def _only_stack(folder: Path) -> str | None:
    found = [path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in folder.glob("Pulumi.*.yaml")]
    return found[0] if len(found) == 1 else None


@contextmanager
def _untouched(folder: Path) -> Iterator[None]:
    """Takes back what only the engine wrote into settings files: its salt, which the rehearsal's state has too."""
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


def _stack_files(folder: Path) -> dict[Path, bytes]:
    """The content of each stack file in `folder`, other than what nobody would take for one: a FIFO, a huge file."""
    found = {}
    for path in folder.glob("Pulumi.*.yaml"):
        with suppress(OSError):
            found[path] = read(path, _LARGEST)
    return found


def _cut(old: bytes | None, new: bytes) -> bool:
    """Whether a full disk has cut a settings file short: nothing is left of it, or no YAML."""
    return bool(old and old.strip()) and (not new.strip() or isinstance(_settings(new), bytes))


def _settings(content: bytes) -> Any:
    try:
        values = yaml.safe_load(content) or {}
    except (yaml.YAMLError, UnicodeDecodeError):
        return content
    return (
        {key: value for key, value in values.items() if key not in _ENGINES_OWN} if isinstance(values, dict) else values
    )
