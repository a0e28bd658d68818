"""The record of `up` runs by force, from which `--resume` continues: a private file of the project."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from bluelamp.core import private
from bluelamp.core.files import PRIVATE_FILE, lock, read, replace
from bluelamp.errors import UsageError
from bluelamp.reports.canonical import readable, time_of

FORMAT: Final = "bluelamp-run/1"
_FILE: Final = "up.json"
_LARGEST: Final = 4 << 20


class State(StrEnum):
    """The state of a force in a run."""

    NOT_BEGUN = "not begun"
    UNDER_WAY = "under way"
    DONE = "done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Entry:
    """The record of a force: its state, its ring (empty without waves), the digest of its inputs, and the time of the
    record."""

    state: State
    ring: str = ""
    digest: str = ""
    at: str = ""


class RunRecord:
    """The record in a folder: `.bluelamp/runs` for real clouds, a part of the rehearsal for a rehearsed one.

    Every method may be called from several threads and processes: each change reads and replaces the file under a lock.
    A force of a killed process stays recorded as in progress, and counts as not done.
    """

    def __init__(self, root: Path, *, rehearse: bool) -> None:
        own = root / private.NAME
        self._folder = own / "rehearsal" / "runs" if rehearse else own / "runs"
        self._own = own
        self.path = self._folder / _FILE

    def entries(self) -> dict[str, Entry]:
        """The records by stack. Raises `UsageError` if the file cannot be used."""
        try:
            raw = read(self.path, _LARGEST)
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise self._refused(str(error.strerror)) from None
        try:
            content = json.loads(raw)
            if content["format"] != FORMAT:
                raise self._refused(f"its format is not {FORMAT}")
            return {stack: _entry(each) for stack, each in content["forces"].items()}
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise self._refused("it is not a run record") from None

    def known(self) -> dict[str, Entry]:
        """The records by stack; empty if the file cannot be used."""
        try:
            return self.entries()
        except UsageError:
            return {}

    def begin(self, rings: Mapping[str, str], digests: Mapping[str, str]) -> None:
        """Records forces as not started: `rings` has the name of each one's ring, `digests` its inputs' digest."""
        self._write({stack: Entry(State.NOT_BEGUN, ring, digests.get(stack, "")) for stack, ring in rings.items()})

    def note(self, stacks: Iterable[str], state: State) -> None:
        """Records the `state` of forces that have started."""
        self._write(dict.fromkeys(stacks, state))

    def forget(self, stack: str) -> None:
        """Removes a destroyed force; writes nothing if it is not recorded."""
        if self.path.exists() and stack in self.known():
            self._write({stack: None})

    def _write(self, changes: Mapping[str, Entry | State | None]) -> None:
        """Writes the file; raises `OSError` if that fails."""
        with self._alone():
            now, found = time_of(datetime.now(UTC)), self.known()
            for stack, change in changes.items():
                was = found.get(stack, Entry(State.NOT_BEGUN))
                if change is None:
                    found.pop(stack, None)
                elif isinstance(change, State):
                    found[stack] = Entry(change, was.ring, was.digest, now)
                else:
                    found[stack] = Entry(change.state, change.ring, change.digest, now)
            forces = {
                stack: {"state": each.state.value, "ring": each.ring, "digest": each.digest, "at": each.at}
                for stack, each in found.items()
            }
            replace(self.path, readable({"format": FORMAT, "forces": forces}), mode=PRIVATE_FILE)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        private.folder(self._own)
        private.folder(self._folder)
        descriptor = os.open(self._folder / f".{_FILE}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
        try:
            lock(descriptor)
            yield
        finally:
            os.close(descriptor)

    def _refused(self, why: str) -> UsageError:
        return UsageError(
            f"{self.path}: cannot be used: {why}", next_step="delete the file, and run the command without --resume"
        )


def _entry(content: Mapping[str, Any]) -> Entry:
    return Entry(State(content["state"]), str(content["ring"]), str(content["digest"]), str(content["at"]))
