"""`bluelamp check`."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from bluelamp.cli.changed import Comparing
from bluelamp.cli.comments import against_base, comment_options, tell
from bluelamp.cli.files import refuse_unwritable_report
from bluelamp.cli.notes import gathered
from bluelamp.cli.options import (
    All,
    ArmTypes,
    Baseline,
    BlockUnknown,
    Changed,
    Comment,
    CommentLimit,
    Environment,
    Forces,
    Form,
    Jobs,
    NoCache,
    Passes,
    Project,
    Quiet,
    Region,
    Report,
    Scheduler,
)
from bluelamp.cli.previous_report import read
from bluelamp.cli.reuse import plans_of, say_reused
from bluelamp.cli.scheduled import checks_on_workers, refuse_local_options
from bluelamp.cli.screen import Format, Screen, escape, problem_of
from bluelamp.cli.select import end_without, select
from bluelamp.cli.settings import read_settings
from bluelamp.core.resource import name_of
from bluelamp.errors import Status, UsageError, worst
from bluelamp.fleet.judge import Check, check_plan, check_plans
from bluelamp.folders import project as find_project
from bluelamp.reports import against

if TYPE_CHECKING:
    from bluelamp.comparison.model import Comparison
    from bluelamp.reports.previous_report import PreviousReport

_TOTALS: Final = ("mandatory", "advisory", "unknown", "exempt")


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("check")(check)


def check(
    forces: Forces = None,
    every: All = False,
    region: Region = None,
    environment: Environment = None,
    changed: Changed = None,
    comment: Comment = None,
    comment_limit: CommentLimit = None,
    report: Report = None,
    baseline: Baseline = None,
    block_unknown: BlockUnknown = False,
    passes: Passes = False,
    arm_types: ArmTypes = None,
    jobs: Jobs = None,
    scheduler: Scheduler = None,
    no_cache: NoCache = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Check again at each change of a settings file, until Ctrl-C.")
    ] = False,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    project: Project = None,
) -> None:
    """Plan forces in this process and judge them by every rule, in seconds, without an engine or a login.

    Examples: `bluelamp check essex` · `bluelamp check --all` · `bluelamp check --changed main --format json` ·
    `bluelamp check essex --watch` · `bluelamp check essex --baseline reports/main` ·
    `bluelamp check --changed origin/main --comment comment.md` ·
    `bluelamp check --all --scheduler tcp://scheduler:8786`
    """
    from bluelamp.governance.read import every as every_governance

    screen, root = Screen(form, quiet=quiet), find_project(project)
    if watch and (report is not None or screen.json or changed is not None):
        raise UsageError("--watch needs named forces, and shows text only", next_step="leave the other options out")
    refuse_local_options(scheduler, {"--watch": watch or None, "--arm-types": arm_types})
    plans = plans_of(root, no_cache=no_cache or watch, arm_types=arm_types)
    requested = comment_options(comment, comment_limit, "check", changed, environment)
    refuse_unwritable_report(report)
    comparing = Comparing(screen, root, jobs, plans, listed=environment is not None)
    chosen = select(
        root, forces, every=every, region=region, changed=changed, environment=environment, compared=comparing
    )
    base = comparing.found if requested else None
    if requested and base:
        tell(screen, requested, base, "planned offline")
    end_without(screen, chosen, _json(root, [], passes=passes), comparing.removed)
    previous = read(screen, root, baseline, chosen)

    def validate(forces: list[str]) -> None:
        read_settings(root, forces, rehearse=None)
        every_governance(root, forces)

    if watch:
        from bluelamp.cli.watch import watch as keep_checking

        work = partial(check_plan, root=root, arm_types=arm_types, block_unknown=block_unknown, changes=True)

        def show(done: Sequence[Check]) -> None:
            _show(screen, [_against(one, previous, None, root) for one in done])

        keep_checking(screen, root, chosen, validate, work, show)
    done: list[Check] = []
    milestone = screen.milestones(len(chosen))
    with ExitStack() as stack, screen.progress() as progress:
        on_workers = None
        if scheduler is not None:
            on_workers = checks_on_workers(
                screen, stack, scheduler, root, jobs, keep=plans is not None, block=block_unknown
            )
        task = progress.add_task("checking", total=len(chosen))
        for one in check_plans(
            chosen,
            root,
            arm_types,
            jobs,
            block_unknown=block_unknown,
            changes=True,
            plans=plans,
            before=validate,
            on_workers=on_workers,
        ):
            done.append(_against(one, previous, base, root))
            progress.advance(task)
            milestone(len(done))
    say_reused(screen, len(done), sum(one.reused for one in done))
    _show(screen, done)
    if report is not None:
        _write(screen, root, done, report)
    if screen.json:
        screen.give(_json(root, done, passes=passes))
    raise typer.Exit(worst(_status(one) for one in done))


def _write(screen: Screen, root: Path, done: Sequence[Check], folder: Path) -> None:
    """Writes the report on the checks, and lists its pages."""
    from bluelamp.reports.statements.reading import with_statements
    from bluelamp.reports.write import PAGES, write

    for path in write(with_statements(root, [one.report for one in done if one.report]), folder):
        if path.name in PAGES:
            screen.say(f"report: {escape(path)}")


def _against(one: Check, previous: "PreviousReport | None", base: "Comparison | None", root: Path) -> Check:
    """The check with its findings compared with an earlier report, else with the base."""
    if one.report is None:
        return one
    if previous is not None:
        return replace(one, report=against.compared(one.report, previous))
    return one if base is None else replace(one, report=against_base(one.report, base, root))


def _status(one: Check) -> Status:
    if one.failure or one.refusals or one.report is None:
        return Status.FAILED
    if one.change_refused:
        return Status.WRONG_USE
    return Status.RULES_BROKEN if one.report.stops else Status.DONE


def _show(screen: Screen, done: Sequence[Check]) -> None:
    """Shows failures, notes, and one force in full or a comparison of several."""
    for one in done:
        for refusal in one.refusals:
            name = name_of(refusal.urn)
            for reason in refusal.reasons:
                screen.show(f"  [red]refused[/red] [bold]{escape(name)}[/bold]: {escape(reason)}")
                Screen.problems.append(problem_of(f"{one.force}: the cloud would refuse {name}: {reason}"))
        if one.failure:
            screen.error(f"{one.force}: {one.failure}")
    for warning in gathered((one.force, each) for one in done for each in one.warnings):
        screen.warn(warning)
    for note in gathered((one.force, each) for one in done for each in one.notes):
        screen.say(f"[dim]note: {escape(note)}[/dim]")
    for one in done:
        if one.change_refused:
            named = "" if one.change_refused.startswith("stacks/") else f"{one.force}: "
            first, *more = f"{named}{one.change_refused}".splitlines()
            screen.error(first, one.next_step, more=more)
    if not screen.json:
        _show_reports(screen, done)


def _show_reports(screen: Screen, done: Sequence[Check]) -> None:
    from bluelamp.reports.terminal import closing, forces, show, totals

    reports = [one.report for one in done if one.report]
    refused = [one.force for one in done if one.change_refused]
    if len(done) > 1:
        screen.show((totals if screen.quiet else forces)(reports, [*_failed(done)], refused))
    elif reports:
        screen.show((closing if screen.quiet else show)(reports[0], refused=bool(refused)))


def _failed(done: Sequence[Check]) -> Iterator[str]:
    return (one.force for one in done if _status(one) is Status.FAILED)


def _json(root: Path, done: Sequence[Check], *, passes: bool) -> dict[str, object]:
    from bluelamp.infra.settings.environment import environment_of
    from bluelamp.reports.terminal import common, figures

    reports = [one.report for one in done if one.report]
    counted = [figures(each) for each in reports]
    return {
        "forces": [
            {
                "force": one.force,
                "environment": environment_of(root, one.force),
                "status": int(_status(one)),
                "refused": [{"urn": refusal.urn, "reasons": list(refusal.reasons)} for refusal in one.refusals],
                "warnings": list(one.warnings),
                "notes": list(one.notes),
                "failure": one.failure,
                "changeRefused": one.change_refused,
                "report": one.report.as_dict(passes=passes) if one.report else None,
            }
            for one in done
        ],
        "totals": {
            "forces": len(done),
            "failed": sum(_status(one) is Status.FAILED for one in done),
            **{name: sum(each[name.capitalize()] for each in counted) for name in _TOTALS},
        },
        "common": [
            {
                "rule": each.rule.id,
                "title": each.rule.title,
                "severity": each.rule.severity,
                "enforcement": each.rule.enforcement,
                "forces": list(each.forces),
                "failures": each.failures,
                "remedies": list(each.remedies),
            }
            for each in common(reports)
        ],
    }
