"""An interrupt ends the engines in an orderly way, whoever sends it."""

import contextlib
import math
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from bluelamp.engine import interruption
from bluelamp.engine.interruption import interruptible, running

ENGINE = """
import signal, sys
signal.signal(signal.SIGINT, lambda *_: print("interrupted", flush=True))
print("ready", flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def engine() -> Iterator["subprocess.Popen[str]"]:
    pipe = subprocess.PIPE
    words = [sys.executable, "-c", ENGINE]
    with subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True, process_group=0) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        yield child


def heard(child: "subprocess.Popen[str]") -> int:
    out, _ = child.communicate()
    return out.count("interrupted")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=str)
@pytest.mark.parametrize(("window", "times"), [(math.inf, 1), (0.0, 2)])
def test_every_engine_hears_it_and_a_repetition_counts_once(
    number: int, window: float, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interruption, "_REPETITION", window)
    before = signal.getsignal(number)
    with interruptible(), engine() as one, running(one), engine() as two, running(two):
        for _ in range(times):
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(number)
            # Two signals that are pending at once would be one.
            assert [each.stdout and each.stdout.readline() for each in (one, two)] == ["interrupted\n"] * 2
        if times == 1:
            signal.raise_signal(number)
        assert [heard(one), heard(two)] == [0, 0]
    assert signal.getsignal(number) is before


def test_an_engine_that_starts_afterwards_is_interrupted_too() -> None:
    with interruptible():
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
        with engine() as late, running(late):
            assert heard(late) == 1


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with interruptible(), engine() as one, running(one):
            signal.raise_signal(signal.SIGHUP)
            assert heard(one) == 0
    finally:
        signal.signal(signal.SIGHUP, before)
