"""`bluelamp approve`: sign the approval of a saved plan, or show its approvals."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bluelamp.cli.options import Form, Project, Quiet
from bluelamp.cli.screen import Format, Screen, escape
from bluelamp.errors import unwritable
from bluelamp.folders import project as find_project
from bluelamp.reports.words import some

if TYPE_CHECKING:
    from bluelamp.fleet.approvals import ApprovalStatus, CheckedApproval
    from bluelamp.fleet.saved import Opened


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("approve")(approve)


def approve(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that `bluelamp preview --save` wrote.")],
    sign_with: Annotated[
        Path | None, typer.Option("--sign-with", metavar="KEY", help="Approve with this key; by default, only show.")
    ] = None,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    project: Project = None,
) -> None:
    """Show what saved plans change and who has approved them; with a key, approve them.

    An approver is a person of stacks/approvers.yaml, whose public key is kept in stacks/signers/ID.pem. An author of
    the change may not approve it. A plan with a deletion or a replaced data store needs two approvers, any other one.

    Examples: `bluelamp approve plans` · `bluelamp approve plans --sign-with siro.pem`
    """
    from bluelamp.fleet.approvals import approval_statuses, approvals, read_people
    from bluelamp.fleet.approvals import approve as sign
    from bluelamp.fleet.saved import open_plans
    from bluelamp.reports.keys import private_key
    from bluelamp.reports.signers import known_signers

    screen, root = Screen(form, quiet=quiet), find_project(project)
    known, now = known_signers(root), datetime.now(UTC)
    people, opened = read_people(root, known), open_plans(folder, known)
    _show(screen, opened)
    signed = None
    if sign_with is not None:
        try:
            signed = sign(opened, people, private_key(sign_with), now)
        except OSError as error:
            raise unwritable(error.filename or folder, error, what="the approval cannot be written") from None
        screen.show(f"[green]approved[/green] by {escape(signed.approver)}: {escape(', '.join(signed.forces))}")
    checked = approvals(opened, people, now)
    statuses = approval_statuses(opened, checked, list(opened.manifest.forces))
    _show_approvals(screen, checked, statuses)
    screen.give(_given(opened, checked, statuses, required=people.required))


def _show(screen: Screen, opened: "Opened") -> None:
    manifest = opened.manifest
    commit = manifest.commit[:12] or "no commit"
    dirty = " with uncommitted changes" if manifest.dirty else ""
    screen.show(
        f"[bold]{escape(opened.folder)}[/bold]: {some(len(manifest.forces), 'plan')} of {escape(manifest.written)}, "
        f"from {escape(commit)}{dirty}, signed by {escape(opened.name)}"
        f"{', for the rehearsal cloud' if manifest.rehearsed else ''}"
    )
    if manifest.authors:
        screen.say(f"the change is by {escape(', '.join(manifest.authors))}")
    for force, plan in manifest.forces.items():
        counts = ", ".join(f"{count} to {op}" for op, count in sorted(plan.changes.items())) or "no changes"
        screen.show(f"  [bold]{escape(force)}[/bold]: {escape(counts)}")
        for loss in plan.losses:
            screen.show(f"    [red]{escape(loss.why)}[/red] {escape(loss.urn.split('::', 2)[-1])}")


def _show_approvals(screen: Screen, checked: "list[CheckedApproval]", statuses: "list[ApprovalStatus]") -> None:
    for each in checked:
        if each.refused:
            screen.warn(f"does not count: {each.refused}")
    for one in statuses:
        by = f"approved by {', '.join(one.approvers)}" if one.approvers else "not approved"
        if not one.needed:
            screen.show(f"  {escape(one.force)}: [green]needs no approval[/green]: nothing changes")
        elif one.missing:
            more = f"{some(one.missing, 'more approval') if one.approvers else some(one.missing, 'approval')}"
            screen.show(f"  {escape(one.force)}: [yellow]{escape(by)}; {more} needed[/yellow]")
        else:
            screen.show(f"  {escape(one.force)}: [green]{escape(by)}[/green]")


def _given(
    opened: "Opened", checked: "list[CheckedApproval]", statuses: "list[ApprovalStatus]", *, required: bool
) -> dict[str, Any]:
    manifest = opened.manifest
    return {
        "folder": str(opened.folder),
        "sha256": opened.sha256,
        "written": manifest.written,
        "commit": manifest.commit,
        "dirty": manifest.dirty,
        "rehearsed": manifest.rehearsed,
        "signer": opened.name,
        "authors": list(manifest.authors),
        "required": required,
        "forces": [
            {
                "force": one.force,
                "changes": dict(manifest.forces[one.force].changes),
                "losses": [{"urn": each.urn, "why": each.why} for each in manifest.forces[one.force].losses],
                "needed": one.needed,
                "approvers": list(one.approvers),
                "approved": not one.missing,
            }
            for one in statuses
        ],
        "approvals": [
            {
                "approver": each.approver,
                "forces": list(each.forces),
                "approved": each.approved,
                "counts": not each.refused,
                "reason": each.refused,
            }
            for each in checked
        ],
    }
