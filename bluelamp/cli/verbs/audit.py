"""`bluelamp audit`."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bluelamp.cli.changed import Comparing
from bluelamp.cli.options import (
    AdvisoryFailures,
    All,
    Areas,
    AtLeast,
    Baseline,
    BlockUnknown,
    Changed,
    Environment,
    Form,
    Formats,
    Framework,
    History,
    Jobs,
    NoCache,
    NoHistory,
    Passes,
    Previous,
    Project,
    Quiet,
    Redact,
    Region,
    Rehearse,
    RuleIds,
    SignWith,
)
from bluelamp.cli.output import Output
from bluelamp.cli.previous_report import read
from bluelamp.cli.reuse import plans_of, say_reused
from bluelamp.cli.screen import Format, Screen, escape
from bluelamp.cli.select import end_without, select
from bluelamp.core.resource import Resource
from bluelamp.errors import BluelampError, Status, UsageError, worst
from bluelamp.folders import project as find_project
from bluelamp.policies.governance import Governance
from bluelamp.reports import against
from bluelamp.reports.findings import Report
from bluelamp.reports.selection import Selection
from bluelamp.resources.skipped import Skipped

if TYPE_CHECKING:
    from bluelamp.plans import Plans
from bluelamp.reports.write import Detail


class From(StrEnum):
    """The source to judge."""

    PLAN = "plan"
    STATE = "state"
    MANIFESTS = "manifests"
    TEMPLATES = "templates"


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("audit")(audit)


def audit(
    subjects: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FORCE|PATH]...",
            help="Forces by their name in stacks/forces.yaml; with --from manifests or templates, files and folders, "
            "of manifests also - for the standard input.",
        ),
    ] = None,
    source: Annotated[
        From,
        typer.Option(
            "--from", help="Judge the plan, the deployed state, Kubernetes manifests, or ARM templates (Bicep)."
        ),
    ] = From.PLAN,
    rehearse: Rehearse = False,
    report: Annotated[
        Path | None,
        typer.Option(
            "--report", metavar="DIR", help="The folder for the report; by default `report`, and none for files."
        ),
    ] = None,
    formats: Formats = None,
    framework: Framework = None,
    rule: RuleIds = None,
    severity: AtLeast = None,
    area: Areas = None,
    block_unknown: BlockUnknown = False,
    redact: Redact = False,
    sign_with: SignWith = None,
    previous: Previous = None,
    baseline: Baseline = None,
    history: History = None,
    no_history: NoHistory = False,
    passes: Passes = False,
    advisory_failures: AdvisoryFailures = False,
    every: All = False,
    region: Region = None,
    environment: Environment = None,
    changed: Changed = None,
    jobs: Jobs = None,
    no_cache: NoCache = False,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    project: Project = None,
) -> None:
    """Write the auditor's report: every rule on every resource, as a page and as data.

    Examples: `bluelamp audit essex` · `bluelamp audit --from state --rehearse west-midlands --report reports/live` ·
    `bluelamp audit --all --framework cyber-essentials --formats html,csv` ·
    `helm template CHART | bluelamp audit --from manifests -` · `bluelamp audit --from templates infrastructure/`
    """
    from bluelamp.reports.selection import select as select_rules
    from bluelamp.reports.terminal import closing, show

    screen = Screen(form, quiet=quiet)
    detail = Detail(passes, advisory_failures)
    output = Output(report, formats, redact, sign_with, previous, history, no_history, detail)
    output.check()
    selection = select_rules(framework or (), rule or (), severity or "", area or ())
    if source in (From.MANIFESTS, From.TEMPLATES):
        root = _root(project)
        baseline_report = read(screen, root, baseline, [source.value], selection.phrases)
        # The owner of the files is unknown, so there is no earlier report to compare with.
        output = replace(output, no_history=no_history or history is None)
        from bluelamp.governance.read import governance

        settled = governance(root, None, block_unknown=block_unknown)
        narrowed = every or bool(region or changed)
        kept = screen.json or output.keeps
        reports = [_written(screen, source, subjects, root, selection, settled, narrowed=narrowed, kept=kept)]
    else:
        root = find_project(project)
        output = replace(output, folder=report or Path("report"))
        plans = plans_of(root, no_cache=no_cache)
        differing = Comparing(screen, root, jobs, plans, listed=environment is not None)
        chosen = select(
            root, subjects, every=every, region=region, changed=changed, environment=environment, compared=differing
        )
        end_without(screen, chosen, {"reports": []}, differing.removed)
        baseline_report = read(screen, root, baseline, chosen, selection.phrases)
        with screen.working("judging"):
            if source is From.STATE:
                reports = _deployed(screen, root, chosen, selection, rehearse=rehearse, block_unknown=block_unknown)
            else:
                reports = _planned(screen, root, chosen, jobs, selection, plans, block_unknown=block_unknown)
    if baseline_report:
        reports = [against.compared(one, baseline_report) for one in reports]
    reports = output.prepared(screen, root, reports)
    if screen.json:
        screen.give({"reports": [one.as_dict(passes=passes) for one in reports]})
    else:
        for one in reports:
            screen.show((closing if quiet else show)(one))
    output.write(screen, reports, root)
    raise typer.Exit(worst(status for one in reports for status in _statuses(one)))


def _statuses(report: Report) -> Iterator[Status]:
    """The exit status. Unreadable files outweigh broken rules, as their content is unknown."""
    if report.unread:
        yield Status.WRONG_USE
    if report.stops:
        yield Status.RULES_BROKEN


def _root(project: Path | None) -> Path:
    """The project's folder, or the current one: files need no project."""
    try:
        return find_project(project)
    except UsageError:
        return Path.cwd()


def _reader(
    source: From,
) -> Callable[[list[str], Callable[[str], None], Callable[[Skipped], None]], list[Resource]]:
    """The reader of this kind of files, imported on demand, as templates need the SDK's schema."""
    if source is From.MANIFESTS:
        from bluelamp.resources.manifests.reading import read as manifests

        return manifests
    from bluelamp.resources.templates.reading import read as templates

    return templates


def _written(
    screen: Screen,
    source: From,
    paths: list[str] | None,
    root: Path,
    selection: Selection,
    settled: Governance,
    *,
    narrowed: bool,
    kept: bool,
) -> Report:
    from bluelamp.reports import Source, assess

    if not paths or narrowed:
        also = ", or - for the standard input" if source is From.MANIFESTS else ""
        raise UsageError(
            f"{source} are files and folders{also}; they have no force",
            next_step=f"for example: bluelamp audit --from {source} deploy/",
        )
    read_files = _reader(source)
    started = datetime.now(UTC)
    with screen.working("judging"):
        skipped: list[Skipped] = []
        resources = read_files(paths, lambda text: screen.say(escape(text)), skipped.append)
        return assess(
            source.value,
            resources,
            Source(source.value),
            root=root,
            started=started,
            selection=selection,
            governance=settled,
            evidence=kept,
            skipped=skipped,
        )


def _planned(
    screen: Screen,
    root: Path,
    forces: list[str],
    jobs: int | None,
    selection: Selection,
    plans: "Plans | None",
    *,
    block_unknown: bool,
) -> list[Report]:
    from bluelamp.fleet.judge import check_plans

    reports, reused = [], 0
    for one in check_plans(
        forces, root, None, jobs, selection=selection, block_unknown=block_unknown, kept=True, plans=plans
    ):
        if one.report is None:
            raise BluelampError(f"{one.force}: {one.failure}")
        reports.append(one.report)
        reused += one.reused
    say_reused(screen, len(reports), reused)
    return reports


def _deployed(
    screen: Screen, root: Path, forces: list[str], selection: Selection, *, rehearse: bool, block_unknown: bool
) -> list[Report]:
    from bluelamp.cli.session import opened, session
    from bluelamp.fleet.judge import deployed, judge_state

    with session(screen, root, rehearse=rehearse, arm_types=None, kubeconfig=None, serves=False) as held:
        found = {force: opened(held, held.target(force)) for force in forces}
        states = deployed({force: state for force, (state, _) in found.items()}, rehearse=rehearse)
        return [
            judge_state(force, state, root, selection=selection, block_unknown=block_unknown, decrypt=found[force][1])
            for force, state in states.items()
        ]
