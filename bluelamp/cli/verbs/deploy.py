"""`bluelamp preview`, `up`, `destroy` and `drift`."""

import sys
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Final

import typer

from bluelamp.cli import operate
from bluelamp.cli.changed import Comparing
from bluelamp.cli.comments import previewed, tell, wanted
from bluelamp.cli.earlier import read
from bluelamp.cli.files import refuse_unwritable, write
from bluelamp.cli.operate import How
from bluelamp.cli.options import (
    All,
    ArmTypes,
    Baseline,
    BlockUnknown,
    Changed,
    Comment,
    CommentLimit,
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
from bluelamp.cli.results import show_result
from bluelamp.cli.reuse import plans_of
from bluelamp.cli.scheduled import engine_job, refuse_here_only
from bluelamp.cli.screen import Format, Screen, escape
from bluelamp.cli.select import end_without, select
from bluelamp.core.text import first_of, printable
from bluelamp.errors import Status, UsageError
from bluelamp.fleet import deploy
from bluelamp.fleet.deploy import Gate, Hear, Result
from bluelamp.folders import project as find_project

if TYPE_CHECKING:
    from bluelamp.cli.drifting import Drifting
    from bluelamp.engine.operation import Target
    from bluelamp.fleet.saved import Opened

_SEVERAL: Final = "reports-compared"
"""The folder of a rehearsal's report on several forces."""
_WAIT: Final = 600.0
"""Seconds to wait for a force that another command is changing."""

Wait = Annotated[
    float,
    typer.Option(
        "--wait", metavar="SECONDS", min=0, help="How long to wait for a force that another command is changing."
    ),
]


def add(app: typer.Typer) -> None:
    """Adds the verbs."""
    for verb in (preview, up, destroy, drift):
        app.command(verb.__name__)(verb)


def preview(
    forces: Forces = None,
    rehearse: Rehearse = False,
    refresh: bool = typer.Option(False, "--refresh", help="Look at the cloud first, not only at the state."),
    expect_no_changes: bool = typer.Option(False, "--expect-no-changes", help="Status 4 where anything would change."),
    block_unknown: BlockUnknown = False,
    report: Report = None,
    baseline: Baseline = None,
    save: Annotated[
        Path | None, typer.Option("--save", metavar="DIR", help="Keep the plans, signed, for `bluelamp up --plan DIR`.")
    ] = None,
    sign_with: Annotated[
        Path | None,
        typer.Option("--sign-with", metavar="KEY", help="With --save: the key that signs them; see `bluelamp key`."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            metavar="REF",
            help="With --save: the change is every commit after this one, and their authors may not approve it; by "
            "default after that of --changed, or the last commit alone.",
        ),
    ] = None,
    every: All = False,
    region: Region = None,
    environment: Environment = None,
    changed: Changed = None,
    comment: Comment = None,
    comment_limit: CommentLimit = None,
    jobs: Jobs = None,
    scheduler: Scheduler = None,
    arm_types: ArmTypes = None,
    kubeconfig: Kubeconfig = None,
    details: Details = False,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    project: Project = None,
) -> None:
    """Show what an update would change, judged by the policy packs.

    Examples: `bluelamp preview essex` · `bluelamp preview --all --format json` ·
    `bluelamp preview --rehearse west-midlands` · `bluelamp preview --changed origin/main --comment comment.md` ·
    `bluelamp preview --changed origin/main --save plans --sign-with ci.pem`
    """
    from bluelamp.cli.saving import saving

    screen, root = Screen(form, quiet=quiet), find_project(project)
    refuse_here_only(scheduler, {"--save": save, "--arm-types": arm_types, "--kubeconfig": kubeconfig})
    asked = wanted(comment, comment_limit, "preview", changed, environment)
    plans = plans_of(root, arm_types=arm_types) if changed is not None or report is not None else None
    comparing = Comparing(screen, root, jobs, plans, listed=not asked or environment is not None)
    chosen = select(
        root, forces, every=every, region=region, changed=changed, environment=environment, compared=comparing
    )
    base = comparing.found if asked else None
    if asked and base:
        tell(screen, asked, base, "planned offline", last=not chosen)
    end_without(screen, chosen, {"verb": "preview", "rehearsed": rehearse, "forces": [], "saved": None})
    earlier = read(screen, root, baseline, chosen)
    commits = since or (changed if save else None)
    with saving(root, save, sign_with, commits, refresh=refresh, rehearse=rehearse) as kept:
        how = How(
            rehearse,
            jobs,
            arm_types,
            kubeconfig,
            report,
            block_unknown=block_unknown,
            details=details,
            earlier=earlier,
            plans=plans,
            base=base,
            save=kept,
            scheduler=scheduler,
            job=engine_job(
                "preview",
                rehearse=rehearse,
                refresh=refresh,
                expect_no_changes=expect_no_changes,
                block_unknown=block_unknown,
                earlier=earlier,
            ),
        )

        def work(target: "Target", hear: Hear, gate: Gate) -> Result:
            plan = kept.saving.plan_of(target.stack) if kept else None
            return deploy.preview(
                target, hear, refresh=refresh, expect_no_changes=expect_no_changes, gate=gate, save=plan
            )

        try:
            status = operate.run(screen, root, chosen, "preview", how, work)
        finally:
            if asked and base:
                engine = "previewed in the rehearsal cloud" if rehearse else "previewed by the engine"
                tell(screen, asked, previewed(base, how.results, root), engine if how.results else "planned offline")
    raise typer.Exit(status)


def up(
    forces: Forces = None,
    rehearse: Rehearse = False,
    yes: Yes = False,
    refresh: bool = typer.Option(True, help="Look at the cloud first, so that drift is repaired."),
    plan: Annotated[
        Path | None,
        typer.Option(
            "--plan",
            metavar="DIR",
            help="Do exactly what `preview --save DIR` has kept, for all of its forces or those that are named.",
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with an earlier run: skip the forces that it has brought up.")
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
    """Bring a force's estate up: preview, judge, and change what differs.

    Nothing is changed where a mandatory rule is broken. A run that was interrupted is picked up where it stopped. With
    --all, --region or --changed the forces are brought up in the rings of stacks/waves.yaml, where there is one.

    Examples: `bluelamp up essex` · `bluelamp up --rehearse --all` ·
    `bluelamp up --rehearse west-midlands --report report` · `bluelamp up --plan plans --yes` ·
    `bluelamp up --all --yes --resume`
    """
    screen, root = Screen(form, quiet=quiet), find_project(project)
    refuse_here_only(scheduler, {"--plan": plan, "--arm-types": arm_types, "--kubeconfig": kubeconfig})
    if scheduler is not None and not (rehearse or yes):
        raise UsageError("--scheduler cannot ask before something real is changed", next_step="add --yes")
    named = bool(forces)
    opened = None
    if plan is not None:
        opened = _opened(root, plan)
        if not (forces or every or region or changed):
            forces, named = list(opened.manifest.forces), len(opened.manifest.forces) == 1
    differing = Comparing(screen, root, jobs, plans_of(root) if changed is not None else None)
    chosen = select(
        root, forces, every=every, region=region, changed=changed, environment=environment, compared=differing
    )
    given = {"verb": "up", "rehearsed": rehearse, "forces": [], "run": None, "plan": None}
    end_without(screen, chosen, given)
    earlier = read(screen, root, baseline, chosen)
    _refuse_unapproved(root, opened, chosen, rehearse=rehearse)
    agree = _Agreement(screen, rehearse=rehearse, yes=yes, details=details)
    # A run that is killed leaves its temporary folder: none is made where no plan is applied.
    with TemporaryDirectory(prefix="bluelamp-plans-") if opened else nullcontext("") as work:

        def one(target: "Target", hear: Hear, gate: Gate) -> Result:
            if opened is None:
                return deploy.up(target, hear, refresh=refresh, agree=agree, gate=gate)
            return _applied(opened, target, hear, Path(work), agree)

        status = operate.run(
            screen,
            root,
            chosen,
            "up",
            How(
                rehearse,
                jobs,
                arm_types,
                kubeconfig,
                report or _usual(root, chosen, rehearse=rehearse),
                block_unknown=block_unknown,
                details=details,
                seen=agree.seen,
                earlier=earlier,
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
                    earlier=earlier,
                    wait=wait,
                ),
            ),
            one,
        )
    raise typer.Exit(status)


def _opened(root: Path, folder: Path) -> "Opened":
    from bluelamp.fleet.saved import open_plans
    from bluelamp.reports.signers import known_signers

    return open_plans(folder, known_signers(root))


def _refuse_unapproved(root: Path, opened: "Opened | None", chosen: list[str], *, rehearse: bool) -> None:
    """Raises `UsageError` for a force without a plan, `NotApprovedError` where an approval is required and lacking."""
    from bluelamp.fleet.approvals import NotApprovedError, read_people, refuse_unapproved
    from bluelamp.reports.signers import known_signers

    if opened is not None:
        without = [force for force in chosen if force not in opened.manifest.forces]
        if without:
            raise UsageError(
                f"{opened.folder}: holds no plan of {', '.join(without)}; it holds {', '.join(opened.manifest.forces)}",
                next_step="name forces that it holds, or none",
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


def _refuse_destruction(root: Path) -> None:
    """Raises `NotApprovedError` where changes need an approved plan, as no plan holds a destruction."""
    from bluelamp.fleet.approvals import NotApprovedError, read_people
    from bluelamp.reports.signers import known_signers

    if read_people(root, known_signers(root)).required:
        raise NotApprovedError(
            "stacks/approvers.yaml requires an approved plan (planApprovals), and a destruction has none",
            next_step="take the resources out of the settings and apply that plan, or have a change reviewed that sets "
            "planApprovals to optional",
        )


def _applied(opened: "Opened", target: "Target", hear: Hear, work: Path, agree: "_Agreement") -> Result:
    """Applies the target's saved plan."""
    from bluelamp.fleet.saved import copy_plan

    plan = copy_plan(opened, target.stack, work)
    counts = opened.manifest.forces[target.stack].changes
    planned = Result(target.stack, "preview", Status.DONE, counts=dict(counts))
    what = ", ".join(f"{count} to {op}" for op, count in sorted(counts.items())) or "no changes"
    question = f"Apply the plan of {opened.manifest.written} to {target.stack} ({what})?"
    return deploy.apply(target, hear, plan, agree=lambda _: agree.ask(question), planned=planned)


def destroy(
    forces: Forces = None,
    rehearse: Rehearse = False,
    yes: Yes = False,
    every: All = False,
    region: Region = None,
    environment: Environment = None,
    jobs: Jobs = None,
    kubeconfig: Kubeconfig = None,
    details: Details = False,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    project: Project = None,
) -> None:
    """Take a force's estate down.

    No plan holds a destruction: where `planApprovals` is required, that of a real cloud is refused.

    Examples: `bluelamp destroy --rehearse essex` · `bluelamp destroy essex`
    """
    screen, root = Screen(form, quiet=quiet), find_project(project)
    chosen = select(root, forces, every=every, region=region, changed=None, environment=environment)
    if not rehearse:
        _refuse_destruction(root)
    agree = _Agreement(screen, rehearse=rehearse, yes=yes, details=details)
    status = operate.run(
        screen,
        root,
        chosen,
        "destroy",
        How(rehearse, jobs, None, kubeconfig, needs_settings=False, details=details, seen=agree.seen),
        lambda target, hear, _: deploy.destroy(target, hear, agree=agree),
    )
    raise typer.Exit(status)


def drift(
    forces: Forces = None,
    rehearse: Rehearse = False,
    issue: Annotated[
        Path | None,
        typer.Option("--issue", metavar="FILE", help="Write the body of an issue on the drift, as Markdown."),
    ] = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Put back what has drifted, where stacks/<force>/drift.yaml allows it.")
    ] = False,
    yes: Yes = False,
    every: All = False,
    region: Region = None,
    environment: Environment = None,
    jobs: Jobs = None,
    scheduler: Scheduler = None,
    kubeconfig: Kubeconfig = None,
    details: Details = False,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    project: Project = None,
) -> None:
    """Find out-of-band changes, property by property; status 4 where there are any. Only --repair changes anything.

    Filters in stacks/<force>/drift.yaml say what is not drift, why and until when. Each run is kept in .bluelamp/, so
    that the next one says since when something has drifted.

    Examples: `bluelamp drift essex` · `bluelamp drift --rehearse --all --format json` ·
    `bluelamp drift --all --issue drift.md` · `bluelamp drift essex --repair`
    """
    from bluelamp.cli.drifting import drifting
    from bluelamp.cli.drifting import issue as body

    screen, root = Screen(form, quiet=quiet), find_project(project)
    refuse_here_only(scheduler, {"--repair": repair or None, "--kubeconfig": kubeconfig})
    chosen = select(root, forces, every=every, region=region, changed=None, environment=environment)
    if issue is not None:
        refuse_unwritable(issue)
    found = drifting(root, chosen, rehearse=rehearse)
    agree = _Agreement(screen, rehearse=rehearse, yes=yes, details=details) if repair else None
    how = How(
        rehearse,
        jobs,
        None,
        kubeconfig,
        needs_settings=False,
        details=details,
        drifting=found,
        repair=repair,
        scheduler=scheduler,
        job=engine_job("drift", rehearse=rehearse),
    )
    status = operate.run(
        screen, root, chosen, "drift", how, lambda target, hear, _: _drifted(target, hear, found, agree)
    )
    if issue is not None:
        words = ["bluelamp", "drift", *(["--all"] if every else forces or []), *(["--rehearse"] if rehearse else [])]
        write(issue, body(how.results, found, " ".join(words)))
        screen.say(escape(f"issue: {issue}"))
    raise typer.Exit(status)


def _drifted(target: "Target", hear: Hear, found: "Drifting", agree: "_Agreement | None") -> Result:
    """What has drifted, and what is left of it after a repair, where one is wanted and allowed."""
    result = found.remember(deploy.drift(target, hear, found.sift))
    if agree is not None and result.status is Status.CHANGES_FOUND:
        if not found.settings[target.stack].repair:
            said = f"not repaired: stacks/{target.stack}/drift.yaml does not allow it (repair: true)"
            result = replace(result, warnings=(*result.warnings, said))
        else:
            made = deploy.repair(target, hear, result, agree=agree)
            if made.verb != "up" or made.status is not Status.DONE:
                return made if made.verb == "drift" else replace(made, verb="drift")
            found.repaired[target.stack] = sorted({step.urn for step in made.steps})
            result = deploy.drift(target, hear, found.sift)
            names = first_of([step.name for step in made.steps], 10)
            result = replace(result, notes=(*result.notes, f"repaired: {names}"))
    return result


class _Agreement:
    """Whether what was previewed may be done: asked on a terminal, one force at a time; `seen` is what was shown."""

    def __init__(self, screen: Screen, *, rehearse: bool, yes: bool, details: bool) -> None:
        self.seen: dict[str, Result] = {}
        self._screen, self._details, self._given = screen, details, rehearse or yes
        if not self._given and not (sys.stdin.isatty() and screen.err.is_terminal):
            raise UsageError(
                "nobody can be asked here before something real is changed", next_step="add --yes, or --rehearse"
            )

    def __call__(self, planned: Result) -> bool:
        if self._given:
            return True
        with self._screen.paused():
            show_result(self._screen, planned, details=self._details)
            self.seen[planned.force] = planned
            return typer.confirm(printable(f"Do this to {planned.force}?"), err=True)

    def ask(self, question: str) -> bool:
        """Whether the answer is yes, or was given already."""
        if self._given:
            return True
        with self._screen.paused():
            return typer.confirm(printable(question), err=True)


def _usual(root: Path, forces: list[str], *, rehearse: bool) -> Path | None:
    """Where a rehearsal's report goes when no folder is named: it is always written.

    A report on several forces has a place of its own: one on a single force would replace a part of it there, and the
    whole would no longer verify.
    """
    if not rehearse:
        return None
    own = root / ".bluelamp"
    return own / "reports" / forces[0] if len(forces) == 1 else own / _SEVERAL
