"""`bluelamp preview`, `up`, `destroy` and `drift`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from bluelamp.cli import operate
from bluelamp.cli.changed import compared
from bluelamp.cli.comments import Comparing, previewed, tell, wanted
from bluelamp.cli.earlier import read
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
    Yes,
)
from bluelamp.cli.results import show_result
from bluelamp.cli.reuse import plans_of
from bluelamp.cli.screen import Format, Screen
from bluelamp.cli.select import end_without, select
from bluelamp.core.text import printable
from bluelamp.engine.operation import Target
from bluelamp.errors import UsageError
from bluelamp.fleet import deploy
from bluelamp.fleet.deploy import Gate, Hear, Result
from bluelamp.folders import project as find_project

if TYPE_CHECKING:
    pass

_SEVERAL: Final = "reports-compared"
"""The folder of a rehearsal's report on several forces."""


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
    every: All = False,
    region: Region = None,
    environment: Environment = None,
    changed: Changed = None,
    comment: Comment = None,
    comment_limit: CommentLimit = None,
    jobs: Jobs = None,
    arm_types: ArmTypes = None,
    kubeconfig: Kubeconfig = None,
    details: Details = False,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    project: Project = None,
) -> None:
    """Show what an update would change, judged by the policy packs.

    Examples: `bluelamp preview essex` · `bluelamp preview --all --format json` ·
    `bluelamp preview --rehearse west-midlands` · `bluelamp preview --changed origin/main --comment comment.md`
    """
    screen, root = Screen(form, quiet=quiet), find_project(project)
    asked = wanted(comment, comment_limit, "preview", changed, environment)
    plans = plans_of(root) if changed is not None else None
    kept = Comparing(screen, root, jobs, plans, listed=environment is not None)
    differing = kept if asked else compared(screen, root, jobs, plans)
    chosen = select(
        root, forces, every=every, region=region, changed=changed, environment=environment, compared=differing
    )
    base = kept.found
    if asked and base:
        tell(screen, asked, base, "planned offline", last=not chosen)
    end_without(screen, chosen, {"verb": "preview", "rehearsed": rehearse, "forces": []})
    earlier = read(screen, root, baseline, chosen)
    how = How(
        rehearse,
        jobs,
        arm_types,
        kubeconfig,
        report,
        block_unknown=block_unknown,
        details=details,
        earlier=earlier,
        base=base,
    )

    def work(target: Target, hear: Hear, gate: Gate) -> Result:
        return deploy.preview(target, hear, refresh=refresh, expect_no_changes=expect_no_changes, gate=gate)

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
    block_unknown: BlockUnknown = False,
    report: Report = None,
    baseline: Baseline = None,
    every: All = False,
    region: Region = None,
    environment: Environment = None,
    changed: Changed = None,
    jobs: Jobs = None,
    arm_types: ArmTypes = None,
    kubeconfig: Kubeconfig = None,
    details: Details = False,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    project: Project = None,
) -> None:
    """Bring a force's estate up: preview, judge, and change what differs.

    Nothing is changed where a mandatory rule is broken. A run that was interrupted is picked up where it stopped.

    Examples: `bluelamp up essex` · `bluelamp up --rehearse --all` ·
    `bluelamp up --rehearse west-midlands --report report`
    """
    screen, root = Screen(form, quiet=quiet), find_project(project)
    differing = compared(screen, root, jobs, plans_of(root) if changed is not None else None)
    chosen = select(
        root, forces, every=every, region=region, changed=changed, environment=environment, compared=differing
    )
    end_without(screen, chosen, {"verb": "up", "rehearsed": rehearse, "forces": []})
    earlier = read(screen, root, baseline, chosen)
    agree = _Agreement(screen, rehearse=rehearse, yes=yes, details=details)
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
        ),
        lambda target, hear, gate: deploy.up(target, hear, refresh=refresh, agree=agree, gate=gate),
    )
    raise typer.Exit(status)


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

    Examples: `bluelamp destroy --rehearse essex` · `bluelamp destroy essex`
    """
    screen, root = Screen(form, quiet=quiet), find_project(project)
    chosen = select(root, forces, every=every, region=region, changed=None, environment=environment)
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
    """Find what was changed behind the program's back; status 4 where anything was. Nothing is written.

    Examples: `bluelamp drift essex` · `bluelamp drift --rehearse --all --format json`
    """
    screen, root = Screen(form, quiet=quiet), find_project(project)
    chosen = select(root, forces, every=every, region=region, changed=None, environment=environment)
    how = How(rehearse, jobs, None, kubeconfig, needs_settings=False, details=details)
    status = operate.run(screen, root, chosen, "drift", how, lambda target, hear, _: deploy.drift(target, hear))
    raise typer.Exit(status)


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


def _usual(root: Path, forces: list[str], *, rehearse: bool) -> Path | None:
    """Where a rehearsal's report goes when no folder is named: it is always written.

    A report on several forces has a place of its own: one on a single force would replace a part of it there, and the
    whole would no longer verify.
    """
    if not rehearse:
        return None
    own = root / ".bluelamp"
    return own / "reports" / forces[0] if len(forces) == 1 else own / _SEVERAL
