"""The comment on a pull request, with the job summary and annotations at lines of settings."""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bluelamp.cli.changes import visible
from bluelamp.cli.files import refuse_unwritable, write
from bluelamp.cli.screen import Screen, escape
from bluelamp.comment import GITHUB, SMALLEST, comment
from bluelamp.comment.annotations import annotations, azure, github
from bluelamp.core import git
from bluelamp.core.environments import split
from bluelamp.core.text import first_of
from bluelamp.errors import Status, UsageError
from bluelamp.reports.canonical import time_of
from bluelamp.reports.changes import kind_of

if TYPE_CHECKING:
    from bluelamp.comparison.model import ChangedResource, Comparison, Force
    from bluelamp.engine.events import Step
    from bluelamp.fleet.deploy import Result
    from bluelamp.reports.findings import Report

_SUMMARY = "GITHUB_STEP_SUMMARY"


@dataclass(frozen=True)
class CommentOptions:
    """Options of the comment: its file, its maximum length, its verb and its environment."""

    file: Path
    limit: int
    verb: str
    environment: str | None = None

    @property
    def marker(self) -> str:
        """The key that tells this comment from others on the same pull request."""
        return f"{self.verb}:{self.environment}" if self.environment else self.verb


def comment_options(
    file: Path | None, limit: int | None, verb: str, changed: str | None, environment: str | None
) -> CommentOptions | None:
    """The comment that the options request, or None.

    Raises `UsageError` for incompatible options, and if the file cannot be written.
    """
    if file is None:
        if limit is not None:
            raise UsageError("--comment-limit needs --comment", next_step="add --comment FILE")
        return None
    if changed is None:
        raise UsageError("--comment needs a base to compare with", next_step="add --changed REF, such as origin/main")
    if limit is not None and limit < SMALLEST:
        raise UsageError(f"--comment-limit {limit}: the result needs {SMALLEST:,} characters", next_step="allow more")
    refuse_unwritable(file)
    return CommentOptions(file, limit or GITHUB, verb, environment)


def against_base(report: "Report", found: "Comparison", root: Path) -> "Report":
    """`report` with its findings against the base: known ones still fail the run."""
    from bluelamp.comparison.model import VerdictStatus
    from bluelamp.reports.against import concerning
    from bluelamp.reports.against_record import Against

    force = next((each for each in found.forces if each.force == report.force), None)
    if force is None or force.base_error or force.head_error:
        return report
    new = {f"{each.rule} {each.urn}" for each in force.verdicts if each.turn is VerdictStatus.NEW}
    gone = {
        f"{each.rule} {each.urn}"
        for each in force.verdicts
        if each.turn is VerdictStatus.GONE and (each.verdict in ("fail", "error") or each.level == "mandatory")
    }
    keys = sorted(each.key for each in concerning(report))
    written = time_of(datetime.fromtimestamp(git.commit_time(root, found.base), UTC))
    against = Against(
        written,
        report.source,
        found.base,
        new={key: "not in the base" for key in keys if key in new},
        known=tuple(key for key in keys if key not in new),
        absent=tuple(sorted(gone.difference(keys))),
        gates=False,
    )
    return replace(report, against=against)


def tell(screen: Screen, options: CommentOptions, found: "Comparison", method: str, *, last: bool = True) -> None:
    """Writes the comment; with `last`, also the job summary and the annotations, if a CI host runs the command.

    Raises `UsageError` if the file cannot be written.
    """
    text = comment(found, marker=options.marker, method=method, limit=options.limit)
    write(options.file, text)
    if not last:
        return
    screen.say(f"comment: {escape(options.file)}")
    notes = annotations(found)
    if os.environ.get("GITHUB_ACTIONS") == "true":
        screen.instruct(*github(notes))
        _summarise(screen, text)
    if os.environ.get("TF_BUILD", "").lower() == "true":
        screen.instruct(*azure(notes), f"##vso[task.uploadsummary]{options.file.absolute()}")


def _summarise(screen: Screen, text: str) -> None:
    """Appends the comment to the job summary, which other steps share."""
    file = os.environ.get(_SUMMARY, "")
    if not file:
        return
    try:
        with Path(file).open("a", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        screen.warn(f"{_SUMMARY}: {file}: the summary cannot be written: {error.strerror}")


def previewed(found: "Comparison", results: "Sequence[Result]", root: Path) -> "Comparison":
    """The comparison, with the changes of the engine's previews in place of the differences between the plans.

    If a mandatory rule stops the engine, its preview is incomplete: the plan is used, and `notes` records this.
    """
    by_force = {each.force: each for each in results}
    stopped = [each.force for each in results if each.status is Status.RULES_BROKEN]
    notes = found.notes
    if stopped:
        note = f"a mandatory rule stops the preview of {first_of(stopped)}: the changes there are those of the plan"
        notes = (*notes, note)
    forces_ = tuple(
        _previewed(each, by_force[each.force], root) if each.force in by_force else each for each in found.forces
    )
    return replace(found, forces=forces_, notes=notes)


def _previewed(force: "Force", result: "Result", root: Path) -> "Force":
    from bluelamp.comparison.diff import alike
    from bluelamp.comparison.model import MonthlyCost, ordered
    from bluelamp.pricing.model import to_penny

    if result.status is Status.RULES_BROKEN:
        return force
    if not result.completed:
        return replace(force, head_error="; ".join(result.errors) or "the preview failed")
    resources = ordered(_resource(step) for step in visible(result.steps) if step.custom)
    cost = force.cost
    if result.cost is not None:
        cost = MonthlyCost(to_penny(result.cost.before.total), to_penny(result.cost.after.total))
    digest = alike(resources, (), force.verdicts, _words(force.force, root))
    same = result.counts.get("same", 0)
    return replace(force, resources=resources, outputs=(), same=same, cost=cost, alike=digest)


def _resource(step: "Step") -> "ChangedResource":
    from bluelamp.comparison.model import Action, ChangedProperty, ChangedResource

    kinds = {"delete": Action.DELETED, "discard": Action.DELETED, "replace": Action.REPLACED, "update": Action.UPDATED}
    properties = []
    for path, kind in sorted(step.changes.items()):
        was = now = None
        # A key that no property path can name has no values.
        with suppress(ValueError):
            was, now = step.values(path)
        properties.append(ChangedProperty(path, was, now, kind.endswith("-replace")))
    what = kinds.get(kind_of(step.op), Action.CREATED)
    listed = tuple(properties) if what in (Action.REPLACED, Action.UPDATED) else ()
    return ChangedResource(what, step.urn, step.type, step.name, properties=listed)


def _words(force: str, root: Path) -> list[str]:
    """The names and code of a force that appear in its resource names."""
    from bluelamp.core.register import read_register

    slug = split(force)[0]
    entry = read_register(root).entry(slug)
    return [force, slug, slug.replace("-", ""), slug.replace("-", "_"), entry.code, entry.name]
