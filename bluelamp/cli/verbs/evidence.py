"""`bluelamp evidence`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bluelamp.cli.options import All, Forces, Form, Project, Quiet, Region
from bluelamp.cli.screen import Format, Screen, escape
from bluelamp.cli.select import select
from bluelamp.core.dates import today
from bluelamp.errors import Status, UsageError, unwritable
from bluelamp.folders import project as find_project
from bluelamp.reports.words import some

if TYPE_CHECKING:
    from bluelamp.reports.statements import StatementRecord

_ONE = "a statement is stacks/FORCE/evidence/NAME.yaml"
app = typer.Typer(
    name="evidence", help="Signed statements on controls that no rule can assess, in `stacks/FORCE/evidence/`."
)


def add(to: typer.Typer) -> None:
    """Adds the verb."""
    to.add_typer(app, name="evidence", no_args_is_help=True)


@app.command("list")
def list_statements(
    forces: Forces = None,
    every: All = False,
    region: Region = None,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    project: Project = None,
) -> None:
    """List the statements of forces: on which controls, by whom, until when, and whether each is signed and in date.
    Status 1 if any is not.

    Examples: `bluelamp evidence list essex` · `bluelamp evidence list --all --format json`
    """
    from bluelamp.core.problems import Problem, SettingsError
    from bluelamp.reports.statements.reading import statements

    screen, root = Screen(form, quiet=quiet), find_project(project)
    found: list[tuple[str, StatementRecord]] = []
    problems: list[Problem] = []
    chosen = select(root, forces, every=every, region=region, changed=None)
    for force in chosen:
        try:
            found += [(force, each) for each in statements(root, force, today())]
        except SettingsError as error:
            problems += error.problems
    if problems:
        raise SettingsError(problems)
    for force, each in found:
        show(screen, force, each)
    lapsed = sum(1 for _, each in found if not each.holds)
    screen.show(f"{some(len(found), 'statement')}, {len(found) - lapsed} signed and in date")
    screen.give({"statements": [{"force": force, **each.as_dict()} for force, each in found]})
    raise typer.Exit(Status.FAILED if lapsed else Status.DONE)


@app.command("sign")
def sign(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The statement, stacks/FORCE/evidence/NAME.yaml.")],
    key: Annotated[Path, typer.Option("--key", metavar="KEY", help="The private key, from `bluelamp key`.")],
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    project: Project = None,
) -> None:
    """Check a statement and the files that it names, and write its signature beside it.

    Example: `bluelamp evidence sign stacks/essex/evidence/board.yaml --key essex.pem`
    """
    from bluelamp.core.files import replace
    from bluelamp.core.reader import content_of
    from bluelamp.reports.keys import fingerprint, private_key
    from bluelamp.reports.signers import FOLDER, known_signers
    from bluelamp.reports.statements.reading import attached
    from bluelamp.reports.statements.shape import SIGNATURE, SUFFIX, place, read
    from bluelamp.reports.statements.signing import signed

    screen, root = Screen(form, quiet=quiet), find_project(project)
    path = file.resolve()
    force = path.parent.parent.name
    if path.parent != place(root, force) or path.suffix != SUFFIX:
        raise UsageError(f"{file} is not among the evidence of a force of {root}", next_step=_ONE)
    signer = private_key(key)
    content, name = content_of(path, root)
    statement = read(content, name, force)
    wrong = [each.flaw for each in attached(path.parent, statement.files) if each.flaw]
    if wrong:
        raise UsageError(f"{name}: {'; '.join(wrong)}", next_step="correct the file or its sha256")
    target = path.with_name(path.name + SIGNATURE)
    try:
        replace(target, signed(content, signer).encode())
    except OSError as error:
        raise unwritable(target, error, what="the signature cannot be written") from None
    whose = fingerprint(signer.public_key())
    screen.show(f"signed {escape(name)} on {some(len(statement.controls), 'control')}: {escape(target.name)}")
    screen.show(f"fingerprint: {whose}")
    if whose not in known_signers(root):
        screen.warn(f"this key is not a known signer: copy its public half to {FOLDER}/")
    screen.give({"file": name, "signature": f"{name}{SIGNATURE}", "fingerprint": whose})


def show(screen: Screen, force: str, each: "StatementRecord", *, indent: str = "") -> None:
    """Shows one statement, indented by `indent`, with its status first."""
    colour = "green" if each.holds else "yellow"
    why = f" ({escape(each.why)})" if each.why else ""
    named = f"[{colour}]{each.status}[/{colour}] [bold]{escape(force)} {escape(each.id)}[/bold]"
    screen.show(f"{indent}{named} until {each.valid_until}{why}")
    screen.show(f"{indent}    {escape(', '.join(map(str, each.controls)))}")
    screen.show(f"{indent}    {escape(each.statement)}")
    signer = f", signed by {escape(each.signer)}" if each.signer else ""
    screen.show(f"{indent}    {escape(each.role)} ({escape(each.email)}), {each.dated}{signer}, {escape(each.file)}")
