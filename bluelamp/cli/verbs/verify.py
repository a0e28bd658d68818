"""`bluelamp verify` and `bluelamp key`."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from bluelamp.cli.options import Form, Quiet
from bluelamp.cli.screen import Format, Screen, escape
from bluelamp.errors import Status
from bluelamp.reports.words import some


def add(app: typer.Typer) -> None:
    """Adds the verbs."""
    app.command("verify")(verify)
    app.command("key")(key)


def verify(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of a report, or of several.")],
    signer: Annotated[
        Path | None, typer.Option("--signer", metavar="PUB", help="The public key that it must be signed with.")
    ] = None,
    previous: Annotated[
        Path | None, typer.Option("--previous", metavar="DIR", help="The folder of the report that it must follow.")
    ] = None,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
) -> None:
    """Say whether a report is, byte for byte, what was written: no file changed, missing or added, signed by whom, and
    after which report. Status 1 where anything is amiss.

    Examples: `bluelamp verify report` · `bluelamp verify report --signer essex.pub.pem --previous report-of-may`
    """
    from bluelamp.reports.keys import public_key
    from bluelamp.reports.verifying import verify as verified

    screen = Screen(form, quiet=quiet)
    found = verified(folder, public_key(signer) if signer else None, previous)
    for one in found:
        for flaw in one.flaws:
            screen.show(f"[red]{escape(str(one.folder / flaw.file))}[/red]: {escape(flaw.said)}")
        if one.flaws:
            screen.show(f"[bold]{escape(str(one.folder))}[/bold]: [red]not as it was written[/red]")
            continue
        screen.show(
            f"[bold]{escape(str(one.folder))}[/bold]: [green]as it was written[/green] on {one.written}: "
            f"{some(one.files, 'file')} on {escape(', '.join(one.subject))}"
        )
        screen.show(f"  {_signed(one.signer)}")
        screen.show(f"  {_chained(one.previous, followed=one.followed)}")
    screen.give(
        [
            {**asdict(one), "folder": str(one.folder), "flaws": [asdict(flaw) for flaw in one.flaws]}
            | {"intact": not one.flaws}
            for one in found
        ]
    )
    raise typer.Exit(Status.FAILED if any(one.flaws for one in found) else Status.DONE)


def key(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the private key goes, the public one beside it.")],
    form: Form = Format.TEXT,
    quiet: Quiet = False,
) -> None:
    """Make a key that signs reports (Ed25519), and its public half for those who verify them. It is encrypted where
    BLUELAMP_SIGNING_PASSPHRASE, or _FILE, is set.

    Examples: `bluelamp key essex.pem`
    """
    from bluelamp.reports.keys import make_key

    screen = Screen(form, quiet=quiet)
    public, fingerprint = make_key(file)
    screen.show(f"private key: {escape(str(file))}, to be kept secret")
    screen.show(f"public key: {escape(str(public))}, to be given to whoever verifies")
    screen.show(f"fingerprint: {fingerprint}")
    screen.give({"private": str(file), "public": str(public), "fingerprint": fingerprint})


def _signed(signer: str) -> str:
    if signer:
        return f"signed by {signer}"
    return "[yellow]not signed[/yellow]: nothing changed by accident, but anybody could have written it"


def _chained(previous: str, *, followed: bool) -> str:
    if not previous:
        return "the first of its chain"
    if followed:
        return "follows the report that was named"
    return f"follows the report whose manifest is {previous[:16]}…; name it with --previous to compare"
