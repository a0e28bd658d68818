"""Additions of `bluelamp drift` to the engine's result: filters, history, repair and an issue's body."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bluelamp.cli.changes import order
from bluelamp.core.dates import london_day
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.resource import name_of
from bluelamp.core.text import first_of
from bluelamp.core.wire import shown_text
from bluelamp.errors import Status
from bluelamp.fleet import deploy
from bluelamp.fleet.deploy import Agree, OnStep, Result
from bluelamp.fleet.drift_history import History, file_of, keys, remember
from bluelamp.fleet.drift_settings import FILE, Drift, Ignored, read_drift
from bluelamp.reports.canonical import time_of

if TYPE_CHECKING:
    from bluelamp.engine.events import Step
    from bluelamp.engine.operation import Target

MARKER: Final = "<!-- bluelamp-drift -->"
"""The marker that identifies the issue, so that it is updated and not opened again."""
_MOST: Final = 200
"""The most resources that an issue lists."""
_ERROR: Final = 500
"""The most characters of an error in an issue that lists the most resources; in a shorter one, in proportion."""
_SHORT_ERROR: Final = 60
"""Characters of an error in any issue, in addition."""


@dataclass
class Drifting:
    """One run of `drift`: the filters of each force, and the findings in addition to the changes."""

    root: Path
    now: datetime
    settings: dict[str, Drift]
    rehearse: bool = False
    ignored: dict[str, list[Ignored]] = field(default_factory=dict)
    history: dict[str, History] = field(default_factory=dict)
    repaired: dict[str, list[str]] = field(default_factory=dict)
    before: dict[str, Result] = field(default_factory=dict)
    """By force, the drift before a repair."""

    def sift(self, result: Result) -> Result:
        """The result without ignored changes. Notes name these; warnings name expired filters."""
        settings = self.settings[result.force]
        kept, ignored = settings.sift(result.steps)
        self.ignored[result.force] = ignored
        status = result.status
        if status is Status.CHANGES_FOUND and not kept and result.steps:
            status = Status.DONE
        notes = [f"ignored: {name_of(one.urn)} {one.property}, until {one.expiry}: {one.reason}" for one in ignored]
        file = FILE.format(stack=result.force)
        warnings = [
            f"{file}: the filter for {one.property} of {one.resource or one.type} expired on {one.expiry} and no "
            "longer applies"
            for one in settings.expired
        ]
        return replace(
            result,
            status=status,
            steps=tuple(kept),
            notes=(*result.notes, *notes),
            warnings=(*result.warnings, *warnings),
        )

    def repair(self, target: "Target", on_step: OnStep, drifted: Result, agree: Agree) -> Result:
        """The drift that remains after a repair of `drifted`, if the settings allow it and `agree` confirms it."""
        force = target.stack
        if drifted.status is not Status.CHANGES_FOUND:
            return drifted
        if not self.settings[force].repair:
            warning = f"not repaired: {FILE.format(stack=force)} does not allow it (repair: true)"
            return replace(drifted, warnings=(*drifted.warnings, warning))
        made = deploy.repair(target, on_step, drifted, agree=agree)
        if made.verb == "drift":
            return made
        self.before[force] = drifted
        if made.verb != "up" or made.status is not Status.DONE:
            return replace(made, verb="drift")
        self.repaired[force] = sorted({step.urn for step in made.steps})
        result = deploy.drift(target, on_step, self.sift)
        names = first_of([step.name for step in made.steps], 10)
        return replace(result, notes=(*result.notes, f"repaired: {names}"))

    def found(self, force: str) -> "Drifted":
        """A worker's findings and repairs."""
        return Drifted(self.ignored.get(force, []), self.before.get(force), self.repaired.get(force, []))

    def take(self, result: Result, drifted: "Drifted") -> Result:
        """The `result` of a worker with the history of earlier runs; adds its drift to that history."""
        force = result.force
        self.ignored[force], self.repaired[force] = drifted.ignored, drifted.repaired
        if drifted.before is None:
            return self.remember(result)
        self.remember(drifted.before)
        return result

    def remember(self, result: Result) -> Result:
        """The result with the history of earlier runs; adds this run to that history."""
        if not result.deployed or not result.completed:
            return result
        file = file_of(self.root, rehearse=self.rehearse)
        history, trouble = remember(file, result.force, keys(result.steps), self.now)
        self.history[result.force] = history
        notes = [
            f"{name_of(urn)} {path or 'as a whole'}: drifted since {time_of(first)}, in {count} runs"
            for (urn, path), (first, count) in history.since.items()
            if count > 1
        ]
        notes += [
            f"{name_of(urn)} {path or 'as a whole'}: drift of the last run resolved" for urn, path in history.gone
        ]
        warnings = (*result.warnings, trouble) if trouble else result.warnings
        return replace(result, notes=(*result.notes, *notes), warnings=warnings)

    def as_dict(self, force: str) -> dict[str, Any]:
        """The force's JSON members in addition to its changes."""
        history = self.history.get(force, History())
        return {
            "ignored": [
                {"urn": one.urn, "property": one.property, "reason": one.reason, "expiry": one.expiry.isoformat()}
                for one in self.ignored.get(force, [])
            ],
            "since": [
                {"urn": urn, "property": path, "first": time_of(first), "runs": count}
                for (urn, path), (first, count) in history.since.items()
            ],
            "gone": [{"urn": urn, "property": path} for urn, path in history.gone],
            "repaired": self.repaired.get(force, []),
        }


@dataclass(frozen=True)
class Drifted:
    """A worker's additions to a result of `drift`: ignored changes, the drift before a repair, and repaired URNs."""

    ignored: list[Ignored] = field(default_factory=list)
    before: Result | None = None
    repaired: list[str] = field(default_factory=list)


def drifting(root: Path, forces: Iterable[str], *, rehearse: bool) -> Drifting:
    """The drift filters of `forces`. Raises `SettingsError` with the mistakes of all of them."""
    now = datetime.now(UTC)
    read: dict[str, Drift] = {}
    problems: list[Problem] = []
    for force in forces:
        try:
            read[force] = read_drift(root, force, london_day(now))
        except SettingsError as error:
            problems += error.problems
    if problems:
        raise SettingsError(problems)
    return Drifting(root, now, read, rehearse)


def issue(results: Iterable[Result], found: Drifting, command: str) -> str:
    """The body of an issue on the drift of all forces, as Markdown (GitHub's and GitLab's), within their limits.

    Values come from clouds and are shown as code. The body ends with the number of changes that do not fit.
    """
    from bluelamp.core.markdown import fitted

    listed = list(results)
    return fitted(lambda most: _issue(listed, found, command, most), _MOST)


def _issue(results: list[Result], found: Drifting, command: str, most: int) -> Iterator[str]:
    from bluelamp.core.markdown import code, plain
    from bluelamp.reports.words import some

    drifted = [each for each in results if each.status is Status.CHANGES_FOUND]
    failed = [each for each in results if not each.completed]
    count = sum(len(each.steps) for each in drifted)
    head = f"{some(count, 'resource')} of {some(len(drifted), 'force')} drifted" if drifted else "No drift"
    yield f"### {head}"
    yield ""
    yield f"{some(len(results), 'force')} compared with the cloud on {time_of(found.now)} by {code(command)}."
    yield ""
    for result in failed:
        why = plain("; ".join(result.errors), _ERROR * most // _MOST + _SHORT_ERROR)
        yield f"- **{plain(result.force)}** could not be compared: {why}"
    if failed:
        yield ""
    left = most
    for result in drifted:
        yield f"#### {plain(result.force)}: {some(len(result.steps), 'resource')}"
        yield ""
        for step in sorted(result.steps, key=order)[:left]:
            yield from _step(step, found.history.get(result.force, History()))
        if len(result.steps) > left:
            yield f"- … and {len(result.steps) - max(left, 0):,} more"
        left = max(0, left - len(result.steps))
        yield ""
        yield f"Repair it with {code(f'bluelamp up {result.force}')}, or change the settings to agree with the cloud."
        yield ""
    ignored = sum(len(each) for each in found.ignored.values())
    if ignored:
        yield f"{some(ignored, 'change')} ignored by filters in `stacks/<force>/drift.yaml`."
        yield ""
    yield MARKER


def _step(step: "Step", history: History) -> Iterator[str]:
    from bluelamp.core.markdown import code
    from bluelamp.reports.words import value

    word = {"delete": "is gone", "update": "was changed"}.get(step.op, step.op)
    yield f"- {code(step.type)} {code(step.name)} {word}"
    for path in step.changes if step.op == "update" else ():
        try:
            was, now = step.values(path)
        except ValueError:
            was = now = None
        first, runs = history.since.get((step.urn, path), (None, 1))
        since = f", since {time_of(first)}" if first and runs > 1 else ""
        yield f"  - {code(shown_text(path))}: {code(value(was))} → {code(value(now))}{since}"
