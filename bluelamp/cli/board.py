"""Progress on forces: a line for each force in progress, and a total line if there are several."""

from threading import Lock

from rich.progress import Progress, TaskID

from bluelamp.engine.events import Step
from bluelamp.fleet.deploy import OnStep

_PREVIEW = "preview"
_ALL = "forces"


class Board:
    """The lines of a progress display. All methods may be called from several threads.

    A preview has no total, since the engine names the resources one by one. What follows it has the preview's total,
    increased if more resources appear. A force's last count is always drawn before its line is removed.
    """

    def __init__(self, progress: Progress, forces: list[str]) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}
        self._ended: dict[tuple[str, str], set[str]] = {}
        self._lock = Lock()
        self._all = progress.add_task(_ALL, total=len(forces)) if len(forces) > 1 else None

    def ring(self, name: str) -> None:
        """Shows the current ring on the total line."""
        if self._all is not None:
            self._progress.update(self._all, description=f"{_ALL}, {name}")

    def begin(self, force: str) -> None:
        """Draws the force's line, as the engine takes a while to report its first step."""
        with self._lock:
            self._tasks[force] = self._progress.add_task(f"{force}: starting", total=None)

    def on_step(self, force: str) -> OnStep:
        """The callback for the steps of one force."""

        def report(phase: str, step: Step) -> None:
            with self._lock:
                self._draw(force, phase, step)

        return report

    def _draw(self, force: str, phase: str, step: Step) -> None:
        ended = self._ended.setdefault((force, phase), set())
        if step.ended:
            ended.add(step.urn)
        planned = len(self._ended.get((force, _PREVIEW), ())) if phase != _PREVIEW else 0
        total = max(planned, len(ended)) if planned else None
        if force not in self._tasks:
            self._tasks[force] = self._progress.add_task(force, total=None)
        self._progress.update(
            self._tasks[force],
            description=f"{force}: {phase} {step.name[:40]}",
            completed=len(ended),
            total=total,
        )

    def end(self, force: str) -> None:
        """Removes the force's line, and counts the force as done."""
        with self._lock:
            task = self._tasks.pop(force, None)
            if task is not None:
                self._progress.refresh()
                self._progress.remove_task(task)
            if self._all is not None:
                self._progress.advance(self._all)
