"""Two commands on one force: the second waits, and names the holder of the lock."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bluelamp.cli.one_force import retry_while_locked
from bluelamp.core.patience import Patience
from bluelamp.engine.find import Engine
from bluelamp.engine.known import known
from bluelamp.engine.operation import Target
from bluelamp.errors import RehearsalError, Status
from bluelamp.fleet.deploy import Result
from bluelamp.rehearsal import stack
from bluelamp.rehearsal.locks import Locks
from bluelamp.rehearsal.space import Space

ENGINE = (
    "the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file "
    "with `pulumi cancel`.\n  file:///state/.pulumi/locks/organization/bluelamp/essex/1.json: created by "
    "runner@build-7 (pid 4711) at 2026-11-30T07:00:00Z"
)


def test_a_command_waits_for_a_stack_and_names_its_holder(tmp_path: Path) -> None:
    first, second = Locks(), Locks()
    lock = tmp_path / "stacks" / "lock"
    first.acquire(lock, "essex", changing=True)
    messages: list[str] = []

    def report(text: str) -> None:
        messages.append(text)
        first.release()

    assert second.acquire(lock, "essex", changing=True, patience=Patience(60, report))
    [text] = messages
    assert text.startswith("essex is locked by another command (bluelamp")
    assert f"process {os.getpid()} of " in text
    assert text.endswith("; waiting")


def test_a_command_that_does_not_wait_only_names_the_holder(tmp_path: Path) -> None:
    first, second = Locks(), Locks()
    lock = tmp_path / "stacks" / "lock"
    first.acquire(lock, "essex", changing=True)
    messages: list[str] = []
    with pytest.raises(RehearsalError, match=f"process {os.getpid()} of "):
        second.acquire(lock, "essex", changing=True, patience=Patience(0, messages.append))
    assert messages == []


def test_an_interrupt_ends_the_wait(tmp_path: Path) -> None:
    first, second = Locks(), Locks()
    lock = tmp_path / "stacks" / "lock"
    first.acquire(lock, "essex", changing=True)
    stopped = Patience(60)
    stopped.stopped.set()
    with pytest.raises(RehearsalError, match=f"process {os.getpid()} of "):
        second.acquire(lock, "essex", changing=True, patience=stopped)


def test_a_stack_that_the_engine_finds_locked_is_tried_again() -> None:
    locked = Result("essex", "up", Status.FAILED, errors=(str(known(ENGINE, "essex")),))
    left = [locked, Result("essex", "up", Status.DONE)]
    messages: list[str] = []
    patience = Patience(60, messages.append)
    patience.stopped.wait = lambda _: False  # type: ignore[method-assign] # time passes at once
    assert retry_while_locked(lambda: left.pop(0), "essex", "up", patience).status is Status.DONE
    assert messages == [
        "essex: the stack is locked by another update (runner@build-7 (pid 4711) at 2026-11-30T07:00:00Z); waiting"
    ]
    assert retry_while_locked(lambda: locked, "essex", "up", Patience(0)) is locked
    assert retry_while_locked(lambda: locked, "essex", "preview", Patience(60)) is locked


ENGINE_PROCESS = "open('/proc/self/comm', 'w').write('pulumi'); print(flush=True); input()"


def test_the_engine_of_a_killed_command_is_waited_for(tmp_path: Path) -> None:
    space = Space(tmp_path)
    space.prepare()
    stack.write(space, "bluelamp", "essex", {"version": 3, "checkpoint": {"stack": "essex", "latest": None}})
    lock = space.state / ".pulumi" / "locks" / "organization" / "bluelamp" / "essex" / "1.json"
    lock.parent.mkdir(parents=True)
    words = [sys.executable, "-c", ENGINE_PROCESS]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as engine:
        assert engine.stdout
        engine.stdout.readline()
        lock.write_text(json.dumps({"pid": engine.pid, "hostname": socket.gethostname()}), encoding="utf-8")
        messages: list[str] = []

        def report(text: str) -> None:
            messages.append(text)
            engine.communicate("\n")

        target = Target(Engine(tmp_path / "pulumi", "3.259.0", "built"), "essex", tmp_path, {})
        assert stack.ready(target, space, "bluelamp", known=True, patience=Patience(0, report)) == []
    assert messages == [f"essex is locked by an engine whose command has ended (process {engine.pid}); waiting"]
    assert not lock.exists()
