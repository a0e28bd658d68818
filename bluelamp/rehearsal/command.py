"""Running any command, of any Pulumi project, with the rehearsal cloud in its environment."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from bluelamp.core.files import replace
from bluelamp.engine.operation import Target
from bluelamp.errors import UsageError
from bluelamp.rehearsal import stack
from bluelamp.rehearsal.session import Rehearsal

_DEFAULT_STACK = "rehearsal"
_ENGINES_OWN = {"encryptionsalt", "secretsprovider", "encryptedkey"}


def project_folder(start: Path) -> Path | None:
    """The folder at or above `start` that holds a `Pulumi.yaml`."""
    return next((folder for folder in (start, *start.parents) if (folder / "Pulumi.yaml").is_file()), None)


def run(held: Rehearsal, root: Path | None, words: Sequence[str]) -> int:
    """Runs the command and returns its exit status (127 where it cannot be started).

    In a Pulumi project the stack that it will use is there first, and the settings files are afterwards as they were.
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
        name = os.environ.get("PULUMI_STACK") or _only_stack(folder) or _DEFAULT_STACK
        environment["PULUMI_STACK"] = name
    with _untouched(folder):
        if not _makes_stacks(words):
            settings = stack.prepare(held.space, project, folder / f"Pulumi.{name}.yaml")
            target = Target(held.engine, name, root, environment, settings)
            stack.ready(target, held.space, project)
            held.recover(target, project)
        return _execute(words, environment)


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
    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not YAML: {error}") from error
    if not isinstance(content, dict) or not isinstance(content.get("name"), str):
        raise UsageError(f"{path} does not name a project")
    return content["name"], root / str(content.get("stackConfigDir") or "")


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


def _only_stack(folder: Path) -> str | None:
    found = [path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in folder.glob("Pulumi.*.yaml")]
    return found[0] if len(found) == 1 else None


@contextmanager
def _untouched(folder: Path) -> Iterator[None]:
    """Takes back what only the engine wrote into settings files: its salt, which the rehearsal's state has too."""
    before = {path: path.read_bytes() for path in folder.glob("Pulumi.*.yaml")}
    try:
        yield
    finally:
        for path in folder.glob("Pulumi.*.yaml"):
            old, new = before.get(path), path.read_bytes()
            if new == old or _settings(new) != _settings(old or b""):
                continue
            if old is None:
                path.unlink()
            else:
                replace(path.resolve(), old, mode=path.stat().st_mode & 0o777)


def _settings(content: bytes) -> Any:
    try:
        values = yaml.safe_load(content) or {}
    except yaml.YAMLError:
        return content
    return (
        {key: value for key, value in values.items() if key not in _ENGINES_OWN} if isinstance(values, dict) else values
    )
