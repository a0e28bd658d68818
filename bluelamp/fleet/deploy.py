"""Runs one verb on one force with the engine, and collects the result."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bluelamp.core import wire
from bluelamp.core.problems import SettingsError
from bluelamp.core.text import first_of
from bluelamp.engine import operation
from bluelamp.engine.events import Outcome, Step, Violation
from bluelamp.engine.known import known
from bluelamp.engine.operation import Target
from bluelamp.errors import BluelampError, Status

if TYPE_CHECKING:
    from bluelamp.cost.difference import Difference

_PULUMIS_OWN = "pulumi:"
_FULL = ("no space left on device", "disk is full", "disk quota exceeded", "file too large")


@dataclass(frozen=True)
class Result:
    """The result of a verb on one force.

    `steps` are the changes that were previewed, made or found; `recovered` are the URNs repaired after an earlier run,
    and `notes` describes the repair; `program_notes` are the notes of components on the changes; `deployed` is false
    if there is nothing to destroy or compare; `state` is the stack's state afterwards, if requested, and `decrypt`
    decrypts its secrets if possible; `cost` is the cost of the previewed changes, None if it is unknown or nothing was
    previewed.
    """

    force: str
    verb: str
    status: Status
    steps: tuple[Step, ...] = ()
    violations: tuple[Violation, ...] = ()
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    recovered: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    program_notes: tuple[str, ...] = ()
    deployed: bool = True
    state: dict[str, Any] | None = field(default=None, repr=False)
    decrypt: Callable[[str], str] | None = None
    cost: "Difference | None" = field(default=None, repr=False)

    @property
    def completed(self) -> bool:
        """Whether the verb ran to its end, with or without changes found."""
        return self.status in (Status.DONE, Status.CHANGES_FOUND)

    def as_dict(self) -> dict[str, Any]:
        """The result for JSON, without the state."""
        return {
            "force": self.force,
            "verb": self.verb,
            "status": int(self.status),
            "counts": self.counts,
            "changes": [
                {
                    "urn": step.urn,
                    "type": step.type,
                    "name": step.name,
                    "op": step.op,
                    "properties": _changes(step),
                    "inputs": wire.shown(step.inputs or step.old),
                }
                for step in self.steps
            ],
            "violations": [
                {
                    "rule": violation.policy,
                    "urn": violation.urn,
                    "mandatory": violation.mandatory,
                    "severity": violation.severity,
                    "message": violation.message,
                    "known": violation.known,
                    "exceptions": [{"id": name, "reason": reason} for name, reason in violation.exceptions],
                }
                for violation in self.violations
            ],
            "errors": list(self.errors),
            "warnings": list(self.warnings),
            "recovered": list(self.recovered),
            "notes": [*self.notes, *self.program_notes],
            "seconds": self.seconds,
            "cost": None
            if self.cost is None
            else {
                "currency": "GBP",
                "before": f"{self.cost.before.total:.2f}",
                "after": f"{self.cost.after.total:.2f}",
                "amount": f"{self.cost.total:.2f}",
            },
        }


OnStep = Callable[[str, Step], None]
"""Called with each step and its phase (`preview`, `up`, …)."""

Agree = Callable[[Result], bool]
"""Whether the preview is confirmed."""


Gate = Callable[[Result], Result]
"""Returns the preview, or a refusal."""


def preview(
    target: Target,
    on_step: OnStep,
    *,
    refresh: bool,
    expect_no_changes: bool,
    gate: Gate = lambda planned: planned,
    save: Path | None = None,
) -> Result:
    """Previews an update; `gate` may refuse it. The engine's plan is written to the file `save`."""
    outcome = operation.preview(target, lambda step: on_step("preview", step), refresh=refresh, save=save)
    status = _status(outcome)
    if status is Status.DONE and expect_no_changes and outcome.changes:
        status = Status.CHANGES_FOUND
    return gate(_result(target, "preview", status, outcome))


def up(target: Target, on_step: OnStep, *, refresh: bool, agree: Agree, gate: Gate = lambda planned: planned) -> Result:
    """Previews, and brings the stack up if no mandatory rule is broken, and `gate` and `agree` allow it."""
    planned = preview(target, on_step, refresh=refresh, expect_no_changes=False, gate=gate)
    if planned.status is not Status.DONE:
        return planned
    if not planned.steps:
        return _unchanged(target, "up", planned)
    if not agree(planned):
        return _unchanged(target, "preview", planned)
    outcome = operation.update(target, lambda step: on_step("up", step), refresh=refresh)
    return _result(target, "up", _status(outcome), outcome)


def apply(target: Target, on_step: OnStep, plan: Path, *, agree: Agree, planned: Result) -> Result:
    """Applies exactly the saved `plan` if `agree` confirms the changes in `planned`."""
    if not agree(planned):
        return planned
    outcome = operation.update(target, lambda step: on_step("up", step), plan=plan)
    return _result(target, "up", _status(outcome), outcome)


def destroy(target: Target, on_step: OnStep, *, agree: Agree) -> Result:
    """Destroys the stack if `agree` confirms it."""
    outcome = operation.preview_destroy(target, lambda step: on_step("preview", step))
    if _absent(outcome):
        return nothing(target.stack, "destroy")
    planned = _result(target, "preview", _status(outcome), outcome)
    if planned.status is not Status.DONE:
        return planned
    if planned.steps and not agree(planned):
        return _unchanged(target, "preview", planned)
    outcome = operation.destroy(target, lambda step: on_step("destroy", step))
    return _result(target, "destroy", _status(outcome), outcome)


def drift(target: Target, on_step: OnStep, sift: Gate = lambda found: found) -> Result:
    """The differences between the cloud and the state, filtered by `sift`."""
    outcome = operation.drift(target, lambda step: on_step("drift", step))
    if _absent(outcome):
        return nothing(target.stack, "drift")
    status = _status(outcome)
    if status is Status.DONE and outcome.changes:
        status = Status.CHANGES_FOUND
    return sift(_result(target, "drift", status, outcome))


def repair(target: Target, on_step: OnStep, drifted: Result, *, agree: Agree) -> Result:
    """Repairs exactly the changes in `drifted` if `agree` confirms it; returns `drifted` if there is nothing to do.

    If the program would change these resources further, nothing is changed.
    """
    only = [step.urn for step in drifted.steps]
    planned = _previewed(target, on_step, only)
    if planned.status is not Status.DONE:
        return planned
    beyond = [name for name in (_beyond(step, drifted) for step in planned.steps) if name]
    if beyond:
        message = (
            f"the repair would change more than has drifted: {first_of(beyond, 5)}; next: bluelamp up {target.stack}"
        )
        return replace(drifted, status=Status.WRONG_USE, errors=(message,))
    if not planned.steps or not agree(planned):
        return drifted
    outcome = operation.update(target, lambda step: on_step("up", step), refresh=True, only=only)
    return _result(target, "up", _status(outcome), outcome)


def _previewed(target: Target, on_step: OnStep, only: list[str]) -> Result:
    outcome = operation.preview(target, lambda step: on_step("preview", step), refresh=True, only=only)
    return _result(target, "preview", _status(outcome), outcome)


def _beyond(step: Step, drifted: Result) -> str:
    """The part of the step that does not repair drift; empty if all of it does."""
    found = [one for one in drifted.steps if one.urn == step.urn]
    if step.op == "create" and any(one.op == "delete" for one in found):
        return ""
    if step.op != "update":
        return f"{step.name} ({step.op})"
    paths = [path for one in found for path in one.changes]
    more = [path for path in step.changes if not any(path.startswith(each) or each.startswith(path) for each in paths)]
    return f"{step.name} ({', '.join(more)})" if more else ""


def nothing(force: str, verb: str) -> Result:
    """The result if nothing of the force is deployed: a failure, except for destroy."""
    messages = (f"nothing of {force} is deployed",)
    if verb == "destroy":
        return Result(force, verb, Status.DONE, notes=messages, deployed=False)
    return Result(force, verb, Status.FAILED, errors=messages, deployed=False)


def failed(force: str, verb: str, error: BluelampError | SettingsError) -> Result:
    """The result of a force whose verb ended with an error of ours."""
    if isinstance(error, SettingsError):
        return Result(force, verb, Status.WRONG_USE, errors=tuple(map(str, error.problems)))
    message = error.message + (f"; next: {error.next_step}" if error.next_step else "")
    return Result(force, verb, error.status, errors=(message,))


def _absent(outcome: Outcome) -> bool:
    """Whether the operation failed because the backend has no such stack."""
    return bool(outcome.status) and any(error.startswith(operation.NO_STACK) for error in outcome.errors)


def _changes(step: Step) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path, kind in step.changes.items():
        try:
            was, now = step.values(path)
        except ValueError:
            # A key that no property path can name.
            was = now = None
        found[path] = {"kind": kind, "was": was, "now": now}
    return wire.shown(found)  # type: ignore[no-any-return] # an object stays an object


def _status(outcome: Outcome) -> Status:
    if outcome.broken:
        return Status.RULES_BROKEN
    if not outcome.status:
        return Status.DONE
    found = [known(error, "") for error in outcome.errors]
    if found and all(each is not None and each.status is Status.WRONG_USE for each in found):
        return Status.WRONG_USE
    return Status.FAILED


def _result(target: Target, verb: str, status: Status, outcome: Outcome) -> Result:
    return Result(
        target.stack,
        verb,
        status,
        tuple(step for step in outcome.changes if not step.type.startswith(_PULUMIS_OWN)),
        tuple(outcome.violations),
        tuple(dict.fromkeys(_plain(error, target.stack) for error in outcome.errors)),
        tuple(outcome.warnings),
        _counts(outcome),
        outcome.seconds,
        program_notes=tuple(outcome.timely_notes),
    )


def _counts(outcome: Outcome) -> dict[str, int]:
    """The engine's counts without the stack and the providers, which users do not count as resources."""
    own = Counter(step.op for step in outcome.steps.values() if step.type.startswith(_PULUMIS_OWN))
    return {op: count - own[op] for op, count in outcome.counts.items() if count > own[op]}


def _unchanged(target: Target, verb: str, planned: Result) -> Result:
    return Result(
        target.stack,
        verb,
        planned.status,
        planned.steps,
        planned.violations,
        (),
        planned.warnings,
        planned.counts,
        planned.seconds,
    )


def _plain(error: str, stack: str) -> str:
    """The engine's error with the next step, if Bluelamp knows the error."""
    if any(text in error for text in _FULL):
        return f"{error}; free disk space, then run the same command again: it starts from the last complete state"
    found = known(error, stack)
    return str(found) if found else error
