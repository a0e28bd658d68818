"""The engine's events as values.

The engine streams one JSON object a line (`--json`; for a preview with `PULUMI_ENABLE_STREAMING_JSON_PREVIEW`). Only
this stream reports policy violations.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bluelamp import paths
from bluelamp.core import wire
from bluelamp.core.resource import name_of, type_of
from bluelamp.policies.known import KNOWN_PREFIX

_QUIET = {"same", "read", "refresh"}
_MAKING = {"create", "replace", "create-replacement", "import", "import-replacement"}
_COLOUR = re.compile(r"<\{%[^%]*%\}>|\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Step:
    """One step on one resource: `op` is the engine's operation (create, update, replace, delete, same, …).

    `changes` maps property paths to the kind of change; `inputs` are the new inputs, secrets blinded by the engine.
    `ended` is whether the step has completed or failed; `custom` is whether a provider manages the resource, unlike
    components and the stack.
    """

    urn: str
    op: str
    changes: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    old: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    ended: bool = field(default=False, compare=False)
    custom: bool = field(default=True, compare=False)

    @property
    def type(self) -> str:
        """The resource's type token."""
        return type_of(self.urn)

    @property
    def name(self) -> str:
        """The resource's logical name."""
        return name_of(self.urn)

    def values(self, path: str) -> tuple[Any, Any]:
        """The old and the new value of the property at `path`, as far as the engine shows them; None if missing.

        A value that is not known yet is `wire.KNOWN_LATER`. Raises `ValueError` if `path` is not a property path.
        """
        steps = paths.parse(path)
        return wire.shown(paths.found(self.old, steps)), wire.shown(paths.found(self.inputs, steps))


@dataclass(frozen=True)
class Violation:
    """A policy violation from the engine; `known` is whether an earlier report has it.

    `mandatory` is whether it stops the run, which an excepted violation never does; `exceptions` are the ids and
    reasons of the matching exceptions.
    """

    policy: str
    pack: str
    urn: str
    mandatory: bool
    severity: str
    message: str
    known: bool = False
    exceptions: tuple[tuple[str, str], ...] = ()


@dataclass
class Outcome:
    """The result of an operation, collected from its events."""

    status: int = 0
    steps: dict[tuple[str, str], Step] = field(default_factory=dict)
    violations: list[Violation] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """The notes of components; the engine's other messages are not kept."""
    about: dict[str, str] = field(default_factory=dict)
    """The URN of the component that each note is of."""
    counts: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    result: str = ""

    @property
    def changes(self) -> list[Step]:
        """The steps that make changes."""
        return [step for step in self.steps.values() if step.op not in _QUIET]

    @property
    def timely_notes(self) -> list[str]:
        """The notes of components with resources to create, which describe the prerequisites."""
        made = [step.urn.rpartition("::")[0] for step in self.changes if step.op in _MAKING]
        return [note for note in self.notes if _is_below(made, self.about.get(note, ""))]

    @property
    def broken(self) -> list[Violation]:
        """The mandatory violations."""
        return [violation for violation in self.violations if violation.mandatory]

    def take(self, event: Mapping[str, Any]) -> Step | None:
        """Adds one event, and returns the step that it starts or ends, if any."""
        for name in ("resourcePreEvent", "resOutputsEvent"):
            if name in event:
                return self._step(event[name]["metadata"], ended=name == "resOutputsEvent")
        if "policyEvent" in event:
            self._policy(event["policyEvent"])
        elif "diagnosticEvent" in event:
            self._diagnostic(event["diagnosticEvent"])
        elif "summaryEvent" in event:
            summary = event["summaryEvent"]
            self.counts = dict(summary.get("resourceChanges") or {})
            self.seconds = float(summary.get("durationSeconds") or 0)
            self.result = summary.get("result") or ""
        elif "resOpFailedEvent" in event:
            return self._step(event["resOpFailedEvent"]["metadata"], ended=True)
        return None

    def _step(self, metadata: Mapping[str, Any], *, ended: bool) -> Step:
        new, old = metadata.get("new") or {}, metadata.get("old") or {}
        detailed = metadata.get("detailedDiff") or {}
        step = Step(
            metadata["urn"],
            metadata["op"],
            {path: diff.get("diffKind", "update") for path, diff in detailed.items()},
            new.get("inputs") or {},
            old.get("inputs") or {},
            new.get("outputs") or {},
            ended,
            bool((new or old).get("custom")),
        )
        known = self.steps.get((step.urn, step.op))
        if known is None or not known.changes:
            self.steps[step.urn, step.op] = step
        return step

    def _policy(self, event: Mapping[str, Any]) -> None:
        text = _text(event["message"])
        # Pulumi 3.272 and later: policy exceptions, of Pulumi Cloud or of a `--policy-pack-config` file of version 2.
        exceptions = tuple(
            (_text(str(each.get("id") or "")), _text(str(each.get("reason") or "")))
            for each in event.get("exceptions") or ()
        )
        violation = Violation(
            event["policyName"],
            event.get("policyPackName", ""),
            event.get("resourceUrn", ""),
            event.get("enforcementLevel") == "mandatory" and not exceptions,
            event.get("severity", ""),
            text.removeprefix(KNOWN_PREFIX),
            text.startswith(KNOWN_PREFIX),
            exceptions,
        )
        if violation not in self.violations:
            self.violations.append(violation)

    def _diagnostic(self, event: Mapping[str, Any]) -> None:
        severity = event.get("severity", "")
        message = _text(event.get("message", ""))
        urn = event.get("urn", "")
        name = name_of(urn)
        if name and message and not message.startswith(f"{name}: "):
            message = f"{name}: {message}"
        # A program's output also arrives as information, on the stack.
        notes = None if urn.split("::")[2:3] in ([], ["pulumi:pulumi:Stack"]) else self.notes
        kept = {"error": self.errors, "warning": self.warnings, "info": notes}.get(severity)
        if kept is not None and message and message not in kept:
            kept.append(message)
            self.about[message] = urn


def _is_below(made: Iterable[str], component: str) -> bool:
    """Whether one of `made`, which are URNs without their names, is of the component or of a part of it."""
    whole = component.rpartition("::")[0]
    return any(each == whole or each.startswith(f"{whole}$") for each in made)


def _text(text: str) -> str:
    return wire.shown_text(_COLOUR.sub("", text).strip())


def parse(line: str) -> Mapping[str, Any] | None:
    """The event in one line of the stream; None if there is none."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "sequence" in event else None
