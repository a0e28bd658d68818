"""Runs the engine on one stack and reads its events."""

import json
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bluelamp.engine.events import Outcome, Step, parse
from bluelamp.engine.find import Engine
from bluelamp.engine.interruption import running
from bluelamp.engine.known import known
from bluelamp.errors import BluelampError, EngineError, Status, UsageError

NO_STACK: Final = "no stack named "
"""The start of the engine's error for a stack that the backend lacks."""

_AGAIN: Final = "run the same command again"

OnStep = Callable[[Step], None]


@dataclass(frozen=True)
class Target:
    """A stack with its project and environment.

    `folder` holds the project, `config` is the stack's settings file if it is not the project's, and `environment` is
    the complete environment of the engine's process.
    """

    engine: Engine
    stack: str
    folder: Path
    environment: Mapping[str, str]
    config: Path | None = None
    packs: Sequence[Path] = field(default_factory=tuple)


def preview(
    target: Target, on_step: OnStep, *, refresh: bool = False, save: Path | None = None, only: Sequence[str] = ()
) -> Outcome:
    """Previews an update, judged by the policy packs; with `save`, the engine writes its plan to that file.

    With `only`, limited to the resources with these URNs.
    """
    plan = ["--save-plan", str(save)] if save else []
    return _stream(target, ["preview", *_refresh(refresh), *plan, *_only(only), *_packs(target)], on_step)


def update(
    target: Target, on_step: OnStep, *, refresh: bool = False, plan: Path | None = None, only: Sequence[str] = ()
) -> Outcome:
    """Brings the stack up without confirmation: exactly the `plan`, if given, and only the resources `only`, if given.

    The engine fails if the program requires a change that is not in the plan; it does not compare the state from which
    the plan started.
    """
    limits = [*(["--plan", str(plan)] if plan else []), *_only(only)]
    return _stream(target, ["up", "--yes", "--skip-preview", *_refresh(refresh), *limits, *_packs(target)], on_step)


def destroy(target: Target, on_step: OnStep, *, refresh: bool = False) -> Outcome:
    """Destroys the stack without confirmation."""
    return _stream(target, ["destroy", "--yes", "--skip-preview", *_refresh(refresh)], on_step)


def preview_destroy(target: Target, on_step: OnStep) -> Outcome:
    """Previews a destroy."""
    return _stream(target, ["destroy", "--preview-only"], on_step)


def drift(target: Target, on_step: OnStep) -> Outcome:
    """The differences between the state and the cloud; nothing is written."""
    return _stream(target, ["refresh", "--preview-only"], on_step)


def export(target: Target, *, secrets: bool = False) -> dict[str, Any]:
    """The stack's state (`deployment.resources`, `deployment.pending_operations`), secrets encrypted.

    With `secrets`, they are decrypted; never write that state to disk. Raises `EngineError`, or `UsageError` if the
    set-up is incomplete: no login, no passphrase.
    """
    run = command(target, ["stack", "export", "--stack", target.stack, *(["--show-secrets"] if secrets else [])])
    if run.returncode:
        raise failed(target, run.stderr, "its state cannot be read")
    try:
        state: dict[str, Any] = json.loads(run.stdout)
    except ValueError:
        # Without the output, which may hold secrets.
        raise _broken(target, "`pulumi stack export` prints no JSON") from None
    if not isinstance(state, dict):
        raise _broken(target, "`pulumi stack export` prints no JSON object")
    return state


def failed(target: Target, output: str, what: str) -> BluelampError:
    """The error of an engine command: the known error, else `what` with the engine's message."""
    if NO_STACK not in output:
        found = known(output, target.stack)
        if found:
            kind = UsageError if found.status is Status.WRONG_USE else EngineError
            return kind(f"{target.stack}: {found.message}", next_step=found.next_step)
    return EngineError(f"{target.stack}: {what}: {last_line(output)}")


def command(target: Target, words: Sequence[str], given: str = "") -> "subprocess.CompletedProcess[str]":
    """Runs one short engine command, with `given` as its standard input."""
    try:
        return subprocess.run(
            [str(target.engine.path), *words, "--non-interactive"],
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
            cwd=target.folder,
            env=dict(target.environment),
            input=given,
        )
    except OSError as error:
        raise _broken(target, f"it cannot be run: {error.strerror}") from error


def _broken(target: Target, problem: str) -> EngineError:
    return EngineError(f"the engine {target.engine.path} failed: {problem}", next_step="run: bluelamp doctor")


def last_line(text: str) -> str:
    """The last non-empty line, without its `error: `."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1].removeprefix("error: ") if lines else "it printed no message"


def _refresh(wanted: bool) -> list[str]:
    return ["--refresh"] if wanted else []


def _only(urns: Sequence[str]) -> list[str]:
    return [word for urn in urns for word in ("--target", urn)]


def _packs(target: Target) -> list[str]:
    return [word for pack in target.packs for word in ("--policy-pack", str(pack))]


def _started(target: Target, words: Sequence[str]) -> "subprocess.Popen[str]":
    try:
        return subprocess.Popen(
            words,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            cwd=target.folder,
            env={**target.environment, "PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true"},
            stdin=subprocess.DEVNULL,
            process_group=0,
        )
    except OSError as error:
        raise _broken(target, f"it cannot be run: {error.strerror}") from error


def _stream(target: Target, words: Sequence[str], on_step: OnStep) -> Outcome:
    config = ["--config-file", str(target.config)] if target.config else []
    command_line = [str(target.engine.path), *words, "--json", "--non-interactive", "--stack", target.stack, *config]
    outcome = Outcome()
    messages: list[str] = []
    with _started(target, command_line) as child, running(child):
        stderr_reader = threading.Thread(target=lambda: messages.extend(child.stderr or ()), daemon=True)
        stderr_reader.start()
        try:
            for line in child.stdout or ():
                event = parse(line)
                if event is None:
                    continue
                step = outcome.take(event)
                if step is not None:
                    on_step(step)
        except KeyboardInterrupt:
            # Only where this is the main thread, as in a worker's process: elsewhere `interruptible` does it.
            if child.poll() is None:
                child.send_signal(signal.SIGINT)
            child.wait()
            raise
        child.wait()
        stderr_reader.join()
    outcome.status = child.returncode
    if child.returncode and not outcome.errors and not outcome.broken:
        outcome.errors.append(
            "; ".join(line.strip().removeprefix("error: ") for line in messages if line.strip())
            or (
                "the engine failed"
                if child.returncode > 0
                else f"signal {-child.returncode} ended the engine; next: {_AGAIN}"
            )
        )
    return outcome
