"""The engine's state of a rehearsed stack: creates it, unlocks it after a crash, restores it if damaged."""

import contextlib
import dataclasses
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from bluelamp import stack_files
from bluelamp.core.files import PRIVATE_FILE, replace
from bluelamp.core.patience import Patience
from bluelamp.core.problems import SettingsError
from bluelamp.engine.operation import Target, command, last_line
from bluelamp.errors import EngineError, RehearsalError
from bluelamp.rehearsal import checkpoint
from bluelamp.rehearsal.checkpoint import Checkpoint, DamagedStateError
from bluelamp.rehearsal.placeholders import with_placeholders
from bluelamp.rehearsal.space import Space

_LONGEST_ENGINE = 30.0
"""Seconds to wait for the engine of a killed command. It ends by itself, but waits up to 10 for each provider first."""
_BACKUPS = 5
"""The number of engine backups of a stack to examine."""


def prepare(space: Space, project: str, settings: Path, *, config: bool = True) -> Path:
    """Copies the stack's settings into the rehearsal folder; returns the path of the copy.

    The engine writes an encryption salt to the copy; the force's own file stays unchanged. Secrets are replaced by
    placeholders (`with_placeholders`). Without `config` no settings are copied. Raises `SettingsError` if the file
    cannot be read.
    """
    folder = space.stacks / project
    copy = folder / settings.name
    kept = _salt(copy)
    content = stack_files.read(settings) if config and settings.exists() else {}
    values = {key: with_placeholders(key, value) for key, value in (content.get("config") or {}).items()}
    text = yaml.safe_dump({**({"encryptionsalt": kept} if kept else {}), "config": values}, sort_keys=True)
    replace(copy, text, mode=PRIVATE_FILE)
    replace(folder / "Pulumi.yaml", yaml.safe_dump({"name": project, "runtime": "python"}), mode=PRIVATE_FILE)
    return copy


def lock_file(space: Space, project: str, name: str) -> Path:
    """The stack's lock file."""
    return space.stacks / project / f"{name}.lock"


def ready(target: Target, space: Space, project: str, *, known: bool, patience: Patience) -> list[str]:
    """Creates a new stack, removes a crashed engine's lock, restores a damaged state; returns a note on each repair.

    `known` is whether the cloud has a record of the stack, so that its state must exist. The engine of a killed command
    is waited for. Raises `RehearsalError` if another engine is using the stack and `EngineError` if the engine cannot
    create it.
    """
    _unlock(space, project, target, patience)
    _restore_layout(space)
    notes = _restore(space, project, target.stack, known=known)
    if not _state(space, project, target.stack).exists():
        folder = target.config.parent if target.config else target.folder
        run = command(target, ["stack", "init", target.stack, "--no-select", "--cwd", str(folder)])
        if run.returncode and "already exists" not in run.stderr:
            raise EngineError(f"{target.stack}: {last_line(run.stderr)}")
    return notes


def current(space: Space, project: str, name: str) -> Checkpoint | None:
    """The stack's state; None if it is missing or damaged."""
    with contextlib.suppress(OSError, DamagedStateError):
        return checkpoint.load(_state(space, project, name), project, name)
    return None


def keep(space: Space, project: str, name: str, whole: Checkpoint) -> None:
    """Backs up the stack's complete state."""
    checkpoint.keep(whole, _state(space, project, name), _copy(space, project, name))


def write(space: Space, project: str, name: str, content: dict[str, Any]) -> Checkpoint:
    """Replaces the stack's state."""
    raw = json.dumps(content).encode()
    replace(_state(space, project, name), raw, mode=PRIVATE_FILE)
    return Checkpoint(raw, content)


def forget(space: Space, project: str, name: str) -> None:
    """Deletes the backups of a deleted stack."""
    _copy(space, project, name).unlink(missing_ok=True)


def exists(space: Space, project: str, name: str) -> bool:
    """Whether the stack has a state."""
    return _state(space, project, name).exists()


def state_of(space: Space, project: str, name: str) -> dict[str, Any]:
    """The stack's state as from `pulumi stack export`; empty if there is none yet."""
    state = _state(space, project, name)
    return {"deployment": checkpoint.load(state, project, name).latest} if state.exists() else {}


def _state(space: Space, project: str, name: str) -> Path:
    return space.state / ".pulumi" / "stacks" / project / f"{name}.json"


def _copy(space: Space, project: str, name: str) -> Path:
    return space.stacks / project / f"{name}.state"


def _restore_layout(space: Space) -> None:
    """Rewrites the backend's layout version file if a full disk has truncated it."""
    note = space.state / ".pulumi" / "meta.yaml"
    if note.is_file() and not note.read_bytes().strip().startswith(b"version:"):
        replace(note, "version: 1\n", mode=PRIVATE_FILE)


def _restore(space: Space, project: str, name: str, *, known: bool) -> list[str]:
    """Replaces a damaged or missing state with the newest complete backup; returns a note on the repair."""
    state = _state(space, project, name)
    try:
        checkpoint.load(state, project, name)
    except FileNotFoundError:
        if not known:
            return []
        problem = "the state file is missing"
    except DamagedStateError as error:
        problem = f"the state file is damaged ({error})"
    else:
        return []
    found = checkpoint.newest(_candidates(space, project, name), project, name)
    if found is None:
        state.unlink(missing_ok=True)
        return [f"{problem} and has no complete backup; the stack starts from an empty state"]
    replace(state, found.raw, mode=PRIVATE_FILE)
    return [f"{problem}; restored the last complete state"]


def _candidates(space: Space, project: str, name: str) -> Iterator[Path]:
    state = _state(space, project, name)
    yield _copy(space, project, name)
    yield state.with_name(f"{state.name}.bak")
    for folder in ("backups", "history"):
        found = (space.state / ".pulumi" / folder / project / name).glob(f"{name}*.json")
        whole = (path for path in found if not path.name.endswith(".history.json"))
        yield from sorted(whole, key=lambda path: path.name, reverse=True)[:_BACKUPS]


def _unlock(space: Space, project: str, target: Target, patience: Patience) -> None:
    for lock in (space.state / ".pulumi" / "locks" / "organization" / project / target.stack).glob("*.json"):
        try:
            holder = json.loads(lock.read_text(encoding="utf-8"))
            pid, host = int(holder["pid"]), str(holder["hostname"])
        except (OSError, ValueError, KeyError, TypeError):
            pid, host = 0, socket.gethostname()
        if host == socket.gethostname() and _ended(pid, target.stack, patience):
            lock.unlink(missing_ok=True)
            continue
        raise RehearsalError(
            f"{target.stack} is locked: process {pid} on {host} is using it",
            next_step=f"wait for it to end; if it is not running, delete {lock}",
        )


def _ended(pid: int, stack: str, patience: Patience) -> bool:
    """Whether the engine has ended, or ends while this waits."""
    longer = dataclasses.replace(patience, seconds=max(patience.seconds, _LONGEST_ENGINE))
    return longer.until(
        lambda: not _alive(pid),
        lambda: f"{stack} is locked by an engine whose command has ended (process {pid}); waiting",
    )


def _alive(pid: int) -> bool:
    """Whether an engine runs with this process id. Zombies, and other programs with a reused id, do not count."""
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        name, _, rest = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").partition(" (")[2].rpartition(") ")
    except OSError:
        return not Path("/proc").is_dir()
    return name.startswith("pulumi") and not rest.startswith("Z")


def _salt(path: Path) -> str | None:
    if not path.is_file():
        return None
    try:
        salt = stack_files.read(path).get("encryptionsalt")
    except SettingsError:
        return None  # truncated by a full disk; the state contains the salt too
    return str(salt) if salt else None
