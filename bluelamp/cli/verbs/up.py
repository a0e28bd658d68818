"""`bluelamp up`."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Final

import typer

from bluelamp.cli import operate
from bluelamp.cli.agreement import Agreement
from bluelamp.cli.changed import Comparing
from bluelamp.cli.options import (
    All,
    ArmTypes,
    Baseline,
    BlockUnknown,
    Changed,
    Details,
    Environment,
    Forces,
    Form,
    Jobs,
    Kubeconfig,
    Project,
    Quiet,
    Region,
    Rehearse,
    Report,
    Scheduler,
    Yes,
)
from bluelamp.cli.previous_report import read
from bluelamp.cli.reuse import plans_of
from bluelamp.cli.run_options import RunOptions, Work
from bluelamp.cli.scheduled import engine_job, refuse_local_options, refuse_question
from bluelamp.cli.screen import Format, Screen
from bluelamp.cli.select import end_without, select
from bluelamp.engine.operation import Target
from bluelamp.errors import UsageError
from bluelamp.fleet import deploy
from bluelamp.fleet.deploy import Gate, OnStep, Result
from bluelamp.folders import project as find_project

if TYPE_CHECKING:
    from bluelamp.fleet.saved import Opened

_SEVERAL: Final = "reports-compared"
"""The folder of a rehearsal report on several forces."""
_WAIT: Final = 600.0
"""Seconds to wait for a force that another command is changing."""

Wait = Annotated[
    float,
    typer.Option(
        "--wait", metavar="SECONDS", min=0, help="The time to wait for a force that another command is changing."
    ),
]


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("up")(up)


def up(
    forces: Forces = None,
    rehearse: Rehearse = False,
    yes: Yes = False,
    refresh: bool = typer.Option(True, help="Refresh the state from the cloud first, to repair drift."),
    plan: Annotated[
        Path | None,
        typer.Option(
            "--plan",
            metavar="DIR",
            help="Apply exactly the plans of `preview --save DIR`, for all of its forces or those named.",
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Resume an earlier run: skip the forces that it has brought up.")
    ] = False,
    wait: Wait = _WAIT,
    block_unknown: BlockUnknown = False,
    report: Report = None,
    baseline: Baseline = None,
    every: All = False,
    region: Region = None,
    environment: Environment = None,
    changed: Changed = None,
    jobs: Jobs = None,
    scheduler: Scheduler = None,
    arm_types: ArmTypes = None,
    kubeconfig: Kubeconfig = None,
    details: Details = False,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    project: Project = None,
) -> None:
    """Bring a force's estate up: preview, judge, and apply the changes.

    Nothing is changed if a mandatory rule is broken. An interrupted run continues where it stopped. With --all,
    --region or --changed, forces are brought up in the rings of stacks/waves.yaml, if it exists.

    Examples: `bluelamp up essex` · `bluelamp up --rehearse --all` ·
    `bluelamp up --rehearse west-midlands --report report` · `bluelamp up --plan plans --yes` ·
    `bluelamp up --all --yes --resume`
    """
    screen, root = Screen(form, quiet=quiet), find_project(project)
    refuse_local_options(scheduler, {"--arm-types": arm_types, "--kubeconfig": kubeconfig})
    refuse_question(scheduler, answered=rehearse or yes)
    named = bool(forces)
    opened = None
    if plan is not None:
        opened = _opened(root, plan)
        if not (forces or every or region or changed):
            forces, named = list(opened.manifest.forces), len(opened.manifest.forces) == 1
    plans = plans_of(root) if changed is not None else None
    comparing = Comparing(screen, root, jobs, plans, listed=environment is not None)
    chosen = select(
        root, forces, every=every, region=region, changed=changed, environment=environment, compared=comparing
    )
    given = {"verb": "up", "rehearsed": rehearse, "forces": [], "run": None, "plan": None}
    end_without(screen, chosen, given, comparing.removed)
    previous = read(screen, root, baseline, chosen)
    _refuse_unapproved(root, opened, chosen, rehearse=rehearse)
    agree = Agreement(screen, rehearse=rehearse, yes=yes, details=details)
    options = RunOptions(
        rehearse,
        jobs,
        arm_types,
        kubeconfig,
        report or _default_report(root, chosen, rehearse=rehearse),
        block_unknown=block_unknown,
        details=details,
        seen=agree.seen,
        previous=previous,
        named=named,
        resume=resume,
        wait=wait,
        plan=opened,
        scheduler=scheduler,
        job=engine_job(
            "up",
            rehearse=rehearse,
            refresh=refresh,
            block_unknown=block_unknown,
            previous=previous,
            plan=opened,
            wait=wait,
        ),
    )
    with _work(opened, agree, refresh=refresh) as work:
        status = operate.run(screen, root, chosen, "up", options, work)
    raise typer.Exit(status)


@contextmanager
def _work(opened: "Opened | None", agree: Agreement, *, refresh: bool) -> Iterator[Work]:
    """The update of one force, or the application of its saved plan."""
    # A killed run leaves its temporary folder, so none is created unless a plan is applied.
    with TemporaryDirectory(prefix="bluelamp-plans-") if opened else nullcontext("") as folder:

        def work(target: Target, on_step: OnStep, gate: Gate) -> Result:
            if opened is None:
                return deploy.up(target, on_step, refresh=refresh, agree=agree, gate=gate)
            from bluelamp.fleet.applying import apply_saved

            return apply_saved(opened, target, on_step, Path(folder), agree.ask)

        yield work


def _opened(root: Path, folder: Path) -> "Opened":
    from bluelamp.fleet.saved import open_plans
    from bluelamp.reports.signers import known_signers

    return open_plans(folder, known_signers(root))


def _refuse_unapproved(root: Path, opened: "Opened | None", chosen: list[str], *, rehearse: bool) -> None:
    """Raises `UsageError` for a force without a plan, `NotApprovedError` if a required approval is missing."""
    from bluelamp.fleet.approvals import NotApprovedError, read_people, refuse_unapproved
    from bluelamp.reports.signers import known_signers

    if opened is not None:
        without = [force for force in chosen if force not in opened.manifest.forces]
        if without:
            raise UsageError(
                f"{opened.folder}: no plan of {', '.join(without)}; it has {', '.join(opened.manifest.forces)}",
                next_step="name forces with a plan, or none",
            )
    people = read_people(root, known_signers(root))
    if not people.required:
        return
    if opened is not None:
        refuse_unapproved(opened, people, chosen, datetime.now(UTC))
    elif not rehearse:
        raise NotApprovedError(
            "stacks/approvers.yaml requires an approved plan (planApprovals)",
            next_step="bluelamp preview --save DIR --sign-with KEY; bluelamp approve DIR; bluelamp up --plan DIR",
        )


def _default_report(root: Path, forces: list[str], *, rehearse: bool) -> Path | None:
    """The default folder of a rehearsal report, which is always written.

    A report on several forces has a separate folder: a report on one force would replace part of it, and the whole
    would no longer verify.
    """
    if not rehearse:
        return None
    own = root / ".bluelamp"
    return own / "reports" / forces[0] if len(forces) == 1 else own / _SEVERAL
