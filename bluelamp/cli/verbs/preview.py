"""`bluelamp preview`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bluelamp.cli import operate
from bluelamp.cli.changed import Comparing
from bluelamp.cli.comments import comment_options, previewed, tell
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
)
from bluelamp.cli.previous_report import read
from bluelamp.cli.reuse import plans_of
from bluelamp.cli.run_options import RunOptions, Work
from bluelamp.cli.scheduled import engine_job, refuse_local_options
from bluelamp.cli.screen import Format, Screen
from bluelamp.cli.select import end_without, select
from bluelamp.engine.operation import Target
from bluelamp.fleet import deploy
from bluelamp.fleet.deploy import Gate, OnStep, Result
from bluelamp.folders import project as find_project

if TYPE_CHECKING:
    from bluelamp.cli.comments import CommentOptions
    from bluelamp.cli.saving import Save


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("preview")(preview)


def preview(
    forces: Forces = None,
    rehearse: Rehearse = False,
    refresh: bool = typer.Option(False, "--refresh", help="Refresh the state from the cloud first."),
    expect_no_changes: bool = typer.Option(False, "--expect-no-changes", help="Status 4 if anything would change."),
    block_unknown: BlockUnknown = False,
    report: Report = None,
    baseline: Baseline = None,
    save: Annotated[
        Path | None, typer.Option("--save", metavar="DIR", help="Save signed plans for `bluelamp up --plan DIR`.")
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
            help="With --save: the change is every commit after this one, whose authors may not approve it; by default "
            "the commits after --changed, else the last commit.",
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
    """Show the changes of an update, judged by the policy packs.

    Examples: `bluelamp preview essex` · `bluelamp preview --all --format json` ·
    `bluelamp preview --rehearse west-midlands` · `bluelamp preview --changed origin/main --comment comment.md` ·
    `bluelamp preview --changed origin/main --save plans --sign-with ci.pem`
    """
    from bluelamp.cli.saving import saving

    screen, root = Screen(form, quiet=quiet), find_project(project)
    refuse_local_options(scheduler, {"--arm-types": arm_types, "--kubeconfig": kubeconfig})
    requested = comment_options(comment, comment_limit, "preview", changed, environment)
    plans = plans_of(root, arm_types=arm_types) if changed is not None or report is not None else None
    comparing = Comparing(screen, root, jobs, plans, listed=environment is not None)
    chosen = select(
        root, forces, every=every, region=region, changed=changed, environment=environment, compared=comparing
    )
    base = comparing.found if requested else None
    if requested and base:
        tell(screen, requested, base, "planned offline", last=not chosen)
    given = {"verb": "preview", "rehearsed": rehearse, "forces": [], "saved": None}
    end_without(screen, chosen, given, comparing.removed)
    previous = read(screen, root, baseline, chosen)
    commits = since or (changed if save else None)
    with saving(root, save, sign_with, commits, refresh=refresh, rehearse=rehearse) as kept:
        options = RunOptions(
            rehearse,
            jobs,
            arm_types,
            kubeconfig,
            report,
            block_unknown=block_unknown,
            details=details,
            previous=previous,
            plans=plans,
            base=base,
            save=kept,
            saving=kept.saving if kept else None,
            scheduler=scheduler,
            job=engine_job(
                "preview",
                rehearse=rehearse,
                refresh=refresh,
                expect_no_changes=expect_no_changes,
                block_unknown=block_unknown,
                previous=previous,
                save=kept is not None,
            ),
        )

        work = _work(kept, refresh=refresh, expect_no_changes=expect_no_changes)
        with _comment_at_end(screen, root, requested, options):
            status = operate.run(screen, root, chosen, "preview", options, work)
    raise typer.Exit(status)


def _work(kept: "Save | None", *, refresh: bool, expect_no_changes: bool) -> Work:
    """The preview of one force, which is saved if `kept` says where."""

    def work(target: Target, on_step: OnStep, gate: Gate) -> Result:
        plan = kept.saving.plan_of(target.stack) if kept else None
        return deploy.preview(
            target, on_step, refresh=refresh, expect_no_changes=expect_no_changes, gate=gate, save=plan
        )

    return work


@contextmanager
def _comment_at_end(
    screen: Screen, root: Path, requested: "CommentOptions | None", options: RunOptions
) -> Iterator[None]:
    """Writes the comment after the previews, also if they fail; without previews it has the offline plans."""
    try:
        yield
    finally:
        if requested and options.base:
            method = "previewed in the rehearsal cloud" if options.rehearse else "previewed by the engine"
            found = previewed(options.base, options.results, root)
            tell(screen, requested, found, method if options.results else "planned offline")
