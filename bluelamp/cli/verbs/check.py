"""`bluelamp check`."""

import typer

from bluelamp.cli.operate import read_settings
from bluelamp.cli.options import (
    All,
    ArmTypes,
    BlockUnknown,
    Changed,
    Forces,
    Form,
    Jobs,
    Project,
    Quiet,
    Region,
    Report,
)
from bluelamp.cli.screen import Format, Screen, escape
from bluelamp.cli.select import end_without, select
from bluelamp.errors import Status, worst
from bluelamp.fleet.judge import Check, check_plans
from bluelamp.folders import project as find_project


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("check")(check)


def check(
    forces: Forces = None,
    every: All = False,
    region: Region = None,
    changed: Changed = None,
    report: Report = None,
    block_unknown: BlockUnknown = False,
    arm_types: ArmTypes = None,
    jobs: Jobs = None,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    project: Project = None,
) -> None:
    """Plan the program in this process and judge it by every rule: no engine, no login, seconds.

    Examples: `bluelamp check essex` · `bluelamp check --all` · `bluelamp check --changed main --format json`
    """
    from bluelamp.governance.read import every as every_governance

    screen, root = Screen(form, quiet=quiet), find_project(project)
    chosen = select(root, forces, every=every, region=region, changed=changed)
    end_without(screen, chosen, [])
    read_settings(root, chosen)
    every_governance(root, chosen)
    done: list[Check] = []
    with screen.progress() as progress:
        task = progress.add_task("checking", total=len(chosen))
        for one in check_plans(chosen, root, arm_types, jobs, block_unknown=block_unknown):
            done.append(one)
            _show(screen, one)
            progress.advance(task)
    if report is not None:
        from bluelamp.reports.statements.reading import with_statements
        from bluelamp.reports.write import PAGES, write

        for path in write(with_statements(root, [one.report for one in done if one.report]), report):
            if path.name in PAGES:
                screen.say(f"report: {escape(path)}")
    screen.give([_json(one) for one in done])
    raise typer.Exit(worst(_status(one) for one in done))


def _status(one: Check) -> Status:
    if one.failure or one.refusals or one.report is None:
        return Status.FAILED
    return Status.RULES_BROKEN if one.report.stops else Status.DONE


def _show(screen: Screen, one: Check) -> None:
    for refusal in one.refusals:
        for reason in refusal.reasons:
            screen.show(f"  [red]refused[/red] [bold]{escape(refusal.urn.split('::', 3)[-1])}[/bold]: {escape(reason)}")
    for warning in one.warnings:
        screen.warn(f"{one.force}: {warning}")
    if one.failure:
        screen.error(f"{one.force}: {one.failure}")
    if one.report is not None and not screen.json:
        from bluelamp.reports.terminal import show

        screen.show(show(one.report))


def _json(one: Check) -> dict[str, object]:
    return {
        "force": one.force,
        "status": int(_status(one)),
        "refused": [{"urn": refusal.urn, "reasons": list(refusal.reasons)} for refusal in one.refusals],
        "warnings": list(one.warnings),
        "failure": one.failure,
        "report": one.report.as_dict() if one.report else None,
    }
