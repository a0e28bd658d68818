"""Checks forces again at each change of a file, in a process with all code loaded."""

import gc
import os
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final, NoReturn

from bluelamp.cli.screen import Screen
from bluelamp.core import memo
from bluelamp.core.problems import SettingsError
from bluelamp.errors import BluelampError
from bluelamp.fleet.judge import Check
from bluelamp.fleet.parallel import cores
from bluelamp.fleet.processes import in_processes
from bluelamp.plans.inputs import settings_stamps, shared_stamps

_PAUSE: Final = 0.1
"""Seconds between two polls of the settings."""
_CODE: Final = 10
"""Polls of the settings for each poll of the code, which has over a thousand files."""

Stamps = dict[str, tuple[int, int]]


def watch(
    screen: Screen,
    root: Path,
    forces: Sequence[str],
    validate: Callable[[list[str]], None],
    work: Callable[[str], Check],
    show: Callable[[Sequence[Check]], None],
) -> NoReturn:
    """Validates the forces, does `work` for each and shows it; then again whenever a file of settings changes.

    Each run but the first is a process forked from this one, so that nothing is loaded again and runs share no state.
    Results of the first run are reused for unchanged inputs (see `bluelamp.core.memo`). If code changes, the command
    restarts. Ends by `KeyboardInterrupt`.
    """
    memo.enable()
    loaded = False
    while True:
        settings, code = settings_stamps(root, forces), shared_stamps(root)
        try:
            validate(list(forces))
            if not loaded:
                done = [work(force) for force in forces]
                loaded = all(one.report for one in done)
                if loaded:
                    # Exempt loaded code from garbage collection, which in a fork would copy its memory.
                    gc.collect()
                    gc.freeze()
                show(done)
            elif len(forces) == 1:
                list(in_processes(partial(_shown, work, show), forces, 1))
            else:
                show(list(in_processes(work, forces, min(cores(), len(forces)))))
        except SettingsError as error:
            for problem in error.problems:
                screen.error(problem)
        except BluelampError as error:
            screen.error(error.message, error.next_step)
        screen.say("[dim]waiting for a change; Ctrl-C ends[/dim]")
        sys.stdout.flush()
        _wait(root, forces, settings, code)
        Screen.problems.clear()


def _shown(work: Callable[[str], Check], show: Callable[[Sequence[Check]], None], force: str) -> None:
    """Shows the check of a force from the process that made it, as a large one takes long to hand over."""
    show([work(force)])
    sys.stdout.flush()
    sys.stderr.flush()


def _wait(root: Path, forces: Sequence[str], settings: Stamps, code: Stamps) -> None:
    """Waits until the settings have changed and writing has stopped; restarts the command if code has changed."""
    for look in range(1, sys.maxsize):
        if look % _CODE == 0 and shared_stamps(root) != code:
            _begin_anew()
        found = settings_stamps(root, forces)
        if found != settings:
            time.sleep(_PAUSE / 2)
            if settings_stamps(root, forces) == found:
                return
        time.sleep(_PAUSE)


def _begin_anew() -> NoReturn:
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - no shell is wanted
