"""The engine's state of one rehearsed stack: made ready, unlocked after a crash, and told what a crash left behind."""

import hashlib
import json
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from bluelamp import stack_files
from bluelamp.core.files import replace
from bluelamp.engine.operation import Target, command, last_line
from bluelamp.errors import EngineError, RehearsalError
from bluelamp.rehearsal.space import Space

_PATIENCE = 3.0
"""Seconds to wait for another engine to let go of a stack."""


def prepare(space: Space, project: str, settings: Path) -> Path:
    """A copy of the stack's settings that the engine may write to, and its place in the rehearsal.

    The engine adds an encryption salt to a settings file; the force's own file is never touched. Encrypted values
    cannot be opened here and are replaced by a placeholder. Raises `SettingsError` where the file cannot be read.
    """
    folder = space.stacks / project
    copy = folder / settings.name
    kept = _salt(copy)
    content = stack_files.read(settings) if settings.exists() else {}
    config = {key: _opened(value) for key, value in (content.get("config") or {}).items()}
    replace(copy, yaml.safe_dump({**({"encryptionsalt": kept} if kept else {}), "config": config}, sort_keys=True))
    replace(folder / "Pulumi.yaml", yaml.safe_dump({"name": project, "runtime": "python"}))
    return copy


def ready(target: Target, space: Space, project: str) -> None:
    """Makes the stack where it is new, and clears what a crashed engine left: its lock.

    Raises `RehearsalError` where another engine is at work or the state is corrupt.
    """
    state = _state(space, project, target.stack)
    if state.exists():
        _intact(state)
        _unlock(space, project, target)
        return
    folder = target.config.parent if target.config else target.folder
    run = command(target, ["stack", "init", target.stack, "--no-select", "--cwd", str(folder)])
    if run.returncode and "already exists" not in run.stderr:
        raise EngineError(f"{target.stack}: {last_line(run.stderr)}")


def mend(space: Space, project: str, name: str, roll_back: Callable[[dict[str, Any]], list[str]]) -> list[str]:
    """Where the last run on the stack was killed, what `roll_back` makes of its checkpoint; else nothing."""
    note = _note(space, project, name)
    if not note.exists():
        return []
    state = _state(space, project, name)
    content = json.loads(state.read_text(encoding="utf-8"))
    urns = roll_back(content["checkpoint"])
    replace(state, json.dumps(content))
    note.unlink()
    return urns


def state_of(space: Space, project: str, name: str) -> dict[str, Any]:
    """The stack's state as `pulumi stack export` gives it, empty where it is not there yet."""
    state = _state(space, project, name)
    return {"deployment": _checkpoint(state).get("latest") or {}} if state.exists() else {}


def _state(space: Space, project: str, name: str) -> Path:
    return space.state / ".pulumi" / "stacks" / project / f"{name}.json"


def _note(space: Space, project: str, name: str) -> Path:
    """Says that a run on the stack was killed, from when its lock is taken away until what it left is mended."""
    return space.stacks / project / f"{name}.interrupted"


def _intact(state: Path) -> None:
    try:
        _checkpoint(state)
    except ValueError as error:
        backup = state.with_name(f"{state.name}.bak")
        step = f"restore the last good one: cp {backup} {state}" if backup.exists() else f"forget it: rm {state}"
        raise RehearsalError(f"{state}: the stack's state is corrupt ({error})", next_step=step) from error


def _checkpoint(state: Path) -> dict[str, Any]:
    content = json.loads(state.read_text(encoding="utf-8"))
    checkpoint = content.get("checkpoint") if isinstance(content, dict) else None
    if not isinstance(checkpoint, dict):
        raise ValueError("it holds no checkpoint")  # noqa: TRY004 - joins json's own ValueError
    return checkpoint


def _unlock(space: Space, project: str, target: Target) -> None:
    for lock in (space.state / ".pulumi" / "locks" / "organization" / project / target.stack).glob("*.json"):
        try:
            holder = json.loads(lock.read_text(encoding="utf-8"))
            pid, host = int(holder["pid"]), str(holder["hostname"])
        except (OSError, ValueError, KeyError, TypeError):
            pid, host = 0, socket.gethostname()
        if host == socket.gethostname() and _ended(pid):
            replace(_note(space, project, target.stack), "")
            lock.unlink(missing_ok=True)
            continue
        raise RehearsalError(
            f"{target.stack} is locked: process {pid} on {host} is at work on it",
            next_step=f"wait for it to end; if it is not running, delete {lock}",
        )


def _ended(pid: int) -> bool:
    """Whether the engine has ended, or does so soon: one that is being killed takes a moment."""
    deadline = time.monotonic() + _PATIENCE
    while _alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _alive(pid: int) -> bool:
    """Whether an engine runs under this number: one that was killed may still stand in the table, or its number be
    another's by now."""
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
    salt = stack_files.read(path).get("encryptionsalt")
    return str(salt) if salt else None


def _opened(value: Any) -> Any:
    if isinstance(value, dict) and set(value) == {"secure"}:
        return "rehearsed-" + hashlib.sha256(str(value["secure"]).encode()).hexdigest()[:8]
    return value
