"""The rollout of `up` over several forces: order, the state of each force, and resuming after a failure."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bluelamp.cli.board import Board
from bluelamp.cli.screen import Screen, escape
from bluelamp.core.text import first_of
from bluelamp.errors import Status, UsageError
from bluelamp.fleet.run_record import Entry, RunRecord, State
from bluelamp.fleet.waves import Ring
from bluelamp.reports.words import some

if TYPE_CHECKING:
    from bluelamp.fleet.deploy import Result
    from bluelamp.fleet.inputs import Inputs

_MOST: Final = 20
"""The number of forces that a message names."""
_SKIPPED: Final = "done earlier"


class Rollout:
    """One run of `up`: its rings, and the state of each force, which is also recorded for `--resume`.

    With `resume`, forces recorded as done from the same inputs are skipped. `command` resumes the run. Raises
    `UsageError` if there is nothing to resume.
    """

    def __init__(
        self,
        screen: Screen,
        record: RunRecord,
        rings: Sequence[Ring],
        inputs: "Inputs",
        *,
        resume: bool,
        command: str,
    ) -> None:
        self._screen, self._record, self._rings, self._command = screen, record, rings, command
        stacks = [stack for ring in rings for stack in ring.stacks]
        digests = {stack: inputs.of(stack) for stack in stacks}
        earlier = record.entries() if resume else record.known()
        if resume and not earlier.keys() & set(stacks):
            raise UsageError("there is no earlier run to resume", next_step="leave out --resume")
        self._done = {
            stack
            for stack, digest in digests.items()
            if stack in earlier and (earlier[stack].state, earlier[stack].digest) == (State.DONE, digest)
        }
        if resume:
            self._tell(earlier, stacks)
        self.skipped = self._skipped(earlier, digests) if resume else set()
        self.states = dict.fromkeys(stacks, State.NOT_BEGUN)
        self._warned = False
        self._write(lambda: record.begin(self._begun(), digests))
        if not resume and len(stacks) > 1:
            left = [stack for stack in stacks if stack in earlier and earlier[stack].state is not State.DONE]
            if left:
                screen.say(escape(f"an earlier run left {first_of(left, _MOST)}; this run begins with every force"))

    def _begun(self) -> dict[str, str]:
        return {stack: ring.name for ring in self._rings for stack in ring.stacks if stack not in self.skipped}

    def _skipped(self, earlier: Mapping[str, Entry], digests: Mapping[str, str]) -> set[str]:
        skipped = set()
        for stack, digest in digests.items():
            entry = earlier.get(stack)
            if entry is None or entry.state is not State.DONE:
                continue
            if entry.digest == digest:
                skipped.add(stack)
            else:
                self._screen.say(escape(f"{stack}: done on {entry.at}, and changed since; brought up again"))
        if skipped:
            named = first_of([stack for stack in digests if stack in skipped], _MOST)
            self._screen.say(escape(f"skipped, done from the same commit and settings: {named}"))
        return skipped

    def _tell(self, earlier: Mapping[str, Entry], stacks: Sequence[str]) -> None:
        """Reports the state of the earlier run. A killed run leaves forces in progress."""
        found = {
            state: [stack for stack in stacks if stack in earlier and earlier[stack].state is state] for state in State
        }
        found[State.NOT_BEGUN] += [stack for stack in stacks if stack not in earlier]
        left = [
            f"{state}: {first_of(found[state], _MOST)}"
            for state in (State.UNDER_WAY, State.INTERRUPTED, State.FAILED, State.NOT_BEGUN)
            if found[state]
        ]
        done = f"{some(len(found[State.DONE]), 'force')} done"
        self._screen.say(escape(f"earlier run: {'; '.join([done, *left])}"))

    def rings(self, board: Board) -> Iterator[Ring]:
        """The rings in order, until one exceeds its failure limit; `board` shows the current ring."""
        for number, ring in enumerate(self._rings, start=1):
            todo = self.waiting(ring)
            if ring.name and todo:
                self._screen.say(escape(f"ring {ring.name}: {first_of(todo, _MOST)}"))
                board.ring(f"ring {ring.name} ({number} of {len(self._rings)})")
            yield ring
            if self._stops_after(ring):
                return

    def waiting(self, ring: Ring) -> list[str]:
        """The stacks of the ring to bring up."""
        return [stack for stack in ring.stacks if stack not in self.skipped]

    def start(self, stack: str) -> None:
        """Records that the force has started."""
        self._note([stack], State.UNDER_WAY)

    def end(self, stack: str, result: "Result", *, interrupted: bool) -> None:
        """Records the force's result; `interrupted` is whether the command was interrupted before it."""
        if result.verb == "preview" and result.status is Status.DONE:
            state = State.NOT_BEGUN  # previewed, and not confirmed
        elif result.status is Status.DONE:
            state = State.DONE
        else:
            state = State.INTERRUPTED if interrupted else State.FAILED
        self._note([stack], state)
        if result.status is Status.WRONG_USE and stack in self._done:
            # Refused before anything was begun, such as a plan that was applied already.
            self._write(lambda: self._record.note([stack], State.DONE))

    def _stops_after(self, ring: Ring) -> bool:
        """Whether the ring exceeds its failure limit; if so, reports it and the forces not started."""
        failed = [stack for stack in ring.stacks if self.states[stack] is State.FAILED]
        if ring.allowed is None or len(failed) <= ring.allowed:
            return False
        left = [stack for stack in self._begun() if self.states[stack] is State.NOT_BEGUN]
        if not left:
            return True
        limit = f"{ring.allowed} allowed" + (f" ({ring.limit})" if "%" in str(ring.limit) else "")
        count = f"{len(failed)} of {some(len(ring.stacks), 'force')} failed, {limit}"
        self._screen.error(
            f"ring {ring.name}: {count}; not begun: {first_of(left, _MOST)}",
            f"correct the failures ({first_of(failed, _MOST)}), then run: {self._command}",
        )
        return True

    def interrupt(self) -> None:
        """Reports the state after an interruption, and the command that resumes the run."""
        begun = [stack for stack, state in self.states.items() if state is State.UNDER_WAY]
        self._note(begun, State.INTERRUPTED)
        found = {
            state: [stack for stack in self._begun() if self.states[stack] is state]
            for state in (State.INTERRUPTED, State.FAILED, State.NOT_BEGUN)
        }
        for state, stacks in found.items():
            if stacks:
                self._screen.say(escape(f"{state}: {first_of(stacks, _MOST)}"))
        if any(found.values()):
            self._screen.say(escape(f"next: {self._command}"))

    def as_dict(self) -> dict[str, Any]:
        """The run for JSON: the state of each force, ring by ring."""
        return {
            "rings": [
                {
                    "name": ring.name,
                    "failureLimit": None if ring.limit is None else str(ring.limit),
                    "allowed": ring.allowed,
                    "forces": [
                        {"force": each, "state": _SKIPPED if each in self.skipped else self.states[each].value}
                        for each in ring.stacks
                    ],
                }
                for ring in self._rings
            ]
        }

    def _note(self, stacks: Sequence[str], state: State) -> None:
        self.states.update(dict.fromkeys(stacks, state))
        if stacks:
            self._write(lambda: self._record.note(stacks, state))

    def _write(self, change: Any) -> None:
        try:
            change()
        except OSError as error:
            if not self._warned:
                self._warned = True
                self._screen.warn(f"{self._record.path}: cannot be written ({error.strerror}): --resume needs it")


def rings_for(root: Path, chosen: Sequence[str], every: Sequence[str], *, named: bool) -> tuple[Ring, ...]:
    """The rings of `chosen`: those of `stacks/waves.yaml`, or one ring without a limit if there is no such file.

    `every` are all stacks that have a file; `named` is whether the forces were named one by one, which is an order of
    its own. Raises `SettingsError` for mistakes in the file.
    """
    from bluelamp.fleet.waves import read_waves

    waves = read_waves(root, every)
    if waves is None or named:
        return (Ring("", tuple(chosen)),)
    return tuple(waves.rings_of(chosen))
