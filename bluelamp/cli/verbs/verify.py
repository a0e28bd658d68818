"""`bluelamp verify` and `bluelamp key`."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bluelamp.cli.options import Form, Project, Quiet
from bluelamp.cli.screen import Format, Screen, escape
from bluelamp.core.camel import as_json
from bluelamp.core.problems import SettingsError
from bluelamp.errors import Status, UsageError
from bluelamp.folders import project as find_project
from bluelamp.reports.words import some

if TYPE_CHECKING:
    from bluelamp.reports.verifying import Verification


def add(app: typer.Typer) -> None:
    """Adds the verbs."""
    app.command("verify")(verify)
    app.command("key")(key)


def verify(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of one or several reports.")],
    signer: Annotated[
        Path | None, typer.Option("--signer", metavar="PUB", help="The public key of the required signer.")
    ] = None,
    previous: Annotated[
        Path | None, typer.Option("--previous", metavar="DIR", help="The folder of the required previous report.")
    ] = None,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    project: Project = None,
) -> None:
    """Verify that a report is unchanged: no file changed, missing or added. Shows its signer and its previous report.

    Status 1 if verification fails or the signer is unknown: neither given by `--signer` nor kept in `stacks/signers/`
    of the project. An unsigned report has status 0 and a warning, as its author is unknown. With `--signer`, only a
    report by that signer verifies.

    Examples: `bluelamp verify report` · `bluelamp verify report --signer essex.pub.pem --previous report-of-may`
    """
    from bluelamp.reports.keys import public_key
    from bluelamp.reports.verifying import Signature
    from bluelamp.reports.verifying import verify as verified

    screen = Screen(form, quiet=quiet)
    root = _root(project)
    known, forces = _known(root)
    found = verified(folder, public_key(signer) if signer else None, previous, known=known, forces=forces)
    for one in found:
        _show(screen, one, kept=root if signer is None else None)
    screen.give({"reports": [as_json(one) | {"intact": not one.flaws, "proven": one.proven} for one in found]})
    failed = any(one.flaws or one.signature is Signature.UNKNOWN for one in found)
    raise typer.Exit(Status.FAILED if failed else Status.DONE)


def _root(project: Path | None) -> Path | None:
    """The project with the known signers; None outside a project."""
    try:
        return find_project(project)
    except UsageError:
        if project is not None:
            raise
        return None


def _known(root: Path | None) -> tuple[Mapping[str, str], Collection[str]]:
    """The known signers and the names of the forces of a project."""
    from bluelamp.infra.settings.register import read_register
    from bluelamp.reports.signers import known_signers

    if root is None:
        return {}, ()
    known = known_signers(root)
    with suppress(SettingsError):
        return known, read_register(root).stacks
    return known, ()


def _show(screen: Screen, one: "Verification", kept: Path | None) -> None:
    name = f"[bold]{escape(one.folder)}[/bold]"
    for flaw in one.flaws:
        screen.show(f"[red]{escape(one.folder / flaw.file)}[/red]: {escape(flaw.problem)}")
    if one.flaws:
        screen.show(f"{name}: [red]changed since it was written[/red]")
        return
    colour = "green" if one.proven else "yellow"
    screen.show(
        f"{name}: [{colour}]unchanged[/{colour}] since {escape(one.written)}: "
        f"{some(one.files, 'file')} on {escape(', '.join(one.subject))}"
    )
    screen.show(*(f"  {each}" for each in (*_signed(one, kept), _chained(one.previous, followed=one.followed))))
    if one.part_of:
        screen.show(
            f"  part of a report on {some(len(one.part_of), 'force')}: only the manifest of the whole proves that none "
            "is missing"
        )


def key(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The file for the private key; the public key is beside it.")
    ],
    form: Form = Format.TEXT,
    quiet: Quiet = False,
) -> None:
    """Create a key pair for signing reports (Ed25519). Verifiers keep the public key in `stacks/signers/` of their
    project, in a file named after the owner of the key. The private key is encrypted if BLUELAMP_SIGNING_PASSPHRASE, or
    _FILE, is set.

    Examples: `bluelamp key essex.pem`
    """
    from bluelamp.reports.keys import make_key

    screen = Screen(form, quiet=quiet)
    public, fingerprint = make_key(file)
    screen.show(f"private key: {escape(file)}, to be kept secret")
    screen.show(f"public key: {escape(public)}, for those who verify")
    screen.show(f"fingerprint: {fingerprint}")
    screen.say(
        "next: copy the public key to stacks/signers/NAME.pem in the project of those who verify; NAME is the owner of "
        "the key: a force, or a person"
    )
    screen.give({"private": str(file), "public": str(public), "fingerprint": fingerprint})


def _signed(one: "Verification", kept: Path | None) -> list[str]:
    """The signer; `kept` is the project with the known signers, None if the key was given."""
    signer = escape(one.signer)
    if one.proven:
        text = [f"signed by {signer}" + (f" ({escape(one.signer_name)})" if one.signer_name else "")]
        from bluelamp.reports.signers import FOLDER as SIGNERS

        # A project delivered with the report proves nothing, so show which project's signers are trusted.
        return [*text, f"the key is in {escape(kept / SIGNERS)}"] if kept else text
    if not one.signer:
        return ["[yellow]not signed[/yellow]: nothing changed by accident, but anybody could have written it"]
    return [
        f"[yellow]signed by an unknown key[/yellow], {signer}: anybody could have written it",
        "next: give the signer's public key with --signer, or keep it in stacks/signers/",
    ]


def _chained(previous: str, *, followed: bool) -> str:
    if not previous:
        return "the first report of its chain"
    if followed:
        return "follows the report given with --previous"
    return f"follows the report whose manifest is {previous[:16]}…; name it with --previous to compare"
