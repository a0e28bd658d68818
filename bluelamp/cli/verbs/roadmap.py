"""`bluelamp roadmap`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bluelamp.cli.files import write
from bluelamp.cli.options import All, Forces, Form, Jobs, Project, Quiet, Region
from bluelamp.cli.screen import Format, Screen, escape
from bluelamp.cli.select import select
from bluelamp.errors import UsageError
from bluelamp.folders import project as find_project

if TYPE_CHECKING:
    from bluelamp.roadmap import MilestoneProgress, RoadmapProgress
    from bluelamp.roadmap.shared import Shared

_SHOWN = 12
"""The number of shareable steps shown; the page and the JSON document list all."""


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("roadmap")(roadmap)


def roadmap(
    forces: Forces = None,
    every: All = False,
    region: Region = None,
    svg: Annotated[
        Path | None,
        typer.Option(
            "--svg", metavar="FILE", help="Write a diagram of the roadmap into this file; its folder is created."
        ),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option("--report", metavar="DIR", help="Write the pages into this folder: roadmap.html for each force."),
    ] = None,
    jobs: Jobs = None,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    project: Project = None,
) -> None:
    """Show progress on forces' roadmaps: milestones reached, next milestone, blockers, and the tactical ledger.

    The roadmap is `stacks/FORCE/roadmap.yaml`, or the default roadmap of the force's profile. Whether a milestone is
    reached is computed from the plan. Several forces are also compared for steps that they could share.

    Examples: `bluelamp roadmap west-midlands` · `bluelamp roadmap essex --svg essex.svg` ·
    `bluelamp roadmap --all --report out`
    """
    screen, root = Screen(form, quiet=quiet), find_project(project)
    chosen = select(root, forces, every=every, region=region, changed=None)
    if svg is not None and len(chosen) > 1:
        raise UsageError("--svg is for one force", next_step="name one, or write the pages with --report")
    from bluelamp.roadmap import progress_of_each
    from bluelamp.roadmap.shared import shared

    tell = screen.milestones(len(chosen))
    standings = []
    with screen.working("planning"):
        for count, each in enumerate(progress_of_each(chosen, root, jobs), 1):
            standings.append(each)
            tell(count)
    together = shared(standings) if len(standings) > 1 else ()
    if len(standings) == 1:
        _one(screen, standings[0])
    else:
        _many(screen, standings, together)
    written = [*_picture(svg, standings), *_pages(report, standings)]
    for path in written:
        screen.show(f"wrote {escape(path)}")
    screen.give(
        {
            "forces": [_as_result(each) for each in standings],
            "shared": [_shared(each) for each in together],
            "written": written,
        }
    )


def _one(screen: Screen, standing: "RoadmapProgress") -> None:
    from bluelamp.cost.difference import pounds

    own = escape(standing.roadmap.file) if standing.own else "the default roadmap of its profile"
    screen.show(
        f"[bold]{escape(standing.name)}[/bold]: {standing.reached} of {len(standing.milestones)} milestones reached "
        f"on {standing.day} ({own})"
    )
    rows = [
        (
            each.milestone.id,
            each.status.value,
            f"{each.met} of {len(each.criteria)}",
            str(each.milestone.start),
            str(each.milestone.end),
            ", ".join(each.milestone.enables),
            each.owner,
            pounds(each.cost) + (f" and {each.unpriced} unpriced" if each.unpriced else ""),
            f"£{each.milestone.budget.monthly:,}" if each.milestone.budget and each.milestone.budget.monthly else "-",
        )
        for each in standing.milestones
    ]
    screen.columns(
        ("milestone", "status", "criteria met", "start", "end", "enables", "owner", "cost a month", "budget"), rows
    )
    screen.show("")
    for each in standing.milestones:
        if each.over_budget:
            screen.show(f"[red]over its budget[/red] {escape(each.milestone.id)}: {pounds(each.cost)} a month")
    for each in standing.next:
        screen.show(f"[bold]next[/bold] {escape(each.milestone.id)}, until {each.milestone.end}")
        for one in each.unmet:
            screen.show(f"  [yellow]not met[/yellow] {escape(one.words)}: {escape(one.evidence)}")
    for each in standing.blocked:
        screen.show(f"[yellow]waits[/yellow] {escape(each.milestone.id)}: for {escape(', '.join(each.waits_for))}")
    if standing.critical:
        path = escape(" -> ".join(standing.critical))
        screen.show(f"critical path: {path} ({standing.critical_days} days left)")
    _ledger(screen, standing)


def _ledger(screen: Screen, standing: "RoadmapProgress") -> None:
    if not standing.debts:
        return
    screen.show("")
    rows = [
        (
            each.id or "-",
            each.title,
            f"{each.exit_date or 'none'}{' overdue' if each.overdue else ''}",
            each.successor or "none",
            str(each.replaced or "never"),
            _pounds(each.exit_cost),
            "not known" if each.months_late is None else str(each.months_late),
            _pounds(each.late_cost),
        )
        for each in standing.debts
    ]
    headings = (
        *("debt", "tactical spend", "exit date", "successor", "successor there"),
        *("exit cost", "months late", "cost of leaving late"),
    )
    screen.columns(headings, rows)


def _many(screen: Screen, standings: Sequence["RoadmapProgress"], together: Sequence["Shared"]) -> None:
    rows = [
        (
            each.force,
            f"{each.reached} of {len(each.milestones)}",
            ", ".join(one.milestone.id for one in each.next) or "-",
            str(each.critical_days),
            str(len(each.debts)),
            _pounds(each.late_cost),
        )
        for each in standings
    ]
    screen.columns(("force", "reached", "next", "critical days", "tactical", "cost of leaving late"), rows)
    if together:
        screen.show("", "[bold]could be shared[/bold]")
    for each in together[:_SHOWN]:
        screen.show(
            f"  {each.forces} forces: {escape(each.kind)} {escape(each.subject)}"
            f"{escape(f' ({each.title})') if each.title != each.subject else ''}, {each.start} to {each.end}; "
            f"{each.own} with dates of their own"
        )
    if len(together) > _SHOWN:
        screen.show(f"  and {len(together) - _SHOWN} more")


def _pounds(amount: int | None) -> str:
    return "not known" if amount is None else f"£{amount:,}"


def _picture(file: Path | None, standings: Sequence["RoadmapProgress"]) -> list[str]:
    if file is None:
        return []
    from bluelamp.roadmap.picture import picture

    write(file, picture(standings[0]))
    return [str(file)]


def _pages(folder: Path | None, standings: Sequence["RoadmapProgress"]) -> list[str]:
    if folder is None:
        return []
    from bluelamp.reports.roadmap import NATIONAL, PAGE, to_html, to_national

    pages: dict[Path, str] = {}
    if len(standings) == 1:
        pages[folder / PAGE] = to_html(standings[0])
    else:
        pages[folder / NATIONAL] = to_national(standings)
        for each in standings:
            pages[folder / each.force / PAGE] = to_html(each, beside=f"../{NATIONAL}")
    for path, text in pages.items():
        write(path, text)
    return [str(path) for path in pages]


def _as_result(standing: "RoadmapProgress") -> dict[str, Any]:
    return {
        "force": standing.force,
        "name": standing.name,
        "day": str(standing.day),
        "file": standing.roadmap.file,
        "own": standing.own,
        "reached": standing.reached,
        "milestones": [_milestone(each) for each in standing.milestones],
        "next": [each.milestone.id for each in standing.next],
        "blocked": [{"milestone": each.milestone.id, "waitsFor": list(each.waits_for)} for each in standing.blocked],
        "criticalPath": {"milestones": list(standing.critical), "days": standing.critical_days},
        "tactical": [
            {
                "id": each.id,
                "title": each.title,
                "exitDate": str(each.exit_date) if each.exit_date else None,
                "overdue": each.overdue,
                "successor": each.successor,
                "milestone": each.milestone,
                "replaced": str(each.replaced) if each.replaced else None,
                "exitCostGbp": each.exit_cost,
                "monthlyCostGbp": each.monthly_cost,
                "monthsLate": each.months_late,
                "lateCostGbp": each.late_cost,
                "resources": each.resources,
            }
            for each in standing.debts
        ],
        "lateCostGbp": standing.late_cost,
    }


def _milestone(each: "MilestoneProgress") -> dict[str, Any]:
    milestone, budget = each.milestone, each.milestone.budget
    return {
        "id": milestone.id,
        "title": milestone.title,
        "enables": list(milestone.enables),
        "dependsOn": list(milestone.depends_on),
        "start": str(milestone.start),
        "end": str(milestone.end),
        "budgetMonthlyGbp": budget.monthly if budget else None,
        "budgetCapitalGbp": budget.capital if budget else None,
        "costMonthlyGbp": str(each.cost),
        "unpriced": each.unpriced,
        "overBudget": each.over_budget,
        "owner": each.owner,
        "status": each.status.value,
        "slackDays": each.slack,
        "criteria": [{"criterion": one.words, "met": one.met, "evidence": one.evidence} for one in each.criteria],
    }


def _shared(each: "Shared") -> dict[str, Any]:
    return {
        "kind": each.kind,
        "subject": each.subject,
        "start": str(each.start),
        "end": str(each.end),
        "milestones": dict(each.milestones),
        "withOwnDates": each.own,
    }
