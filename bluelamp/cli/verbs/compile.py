"""`bluelamp compile`."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from bluelamp.cli.options import Areas, AtLeast, Form, Framework, Project, Quiet, RuleIds
from bluelamp.cli.screen import Format, Screen, escape
from bluelamp.errors import UsageError
from bluelamp.folders import project as find_project

if TYPE_CHECKING:
    from bluelamp.policies import Rule
    from bluelamp.policies.compiled import Compiled


class To(StrEnum):
    """The policy language to compile to."""

    ADMISSION = "admission"
    AZURE_POLICY = "azure-policy"


_ABOUT: Final = {To.ADMISSION: "Kubernetes", To.AZURE_POLICY: "Azure"}


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("compile")(compile_)


def compile_(
    to: Annotated[To, typer.Option("--to", help="A cluster's own admission, or Azure Policy.")],
    force: Annotated[
        str | None, typer.Argument(metavar="[FORCE]", help="The force whose baseline and management group apply.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="The output folder; by default compiled/LANGUAGE.")
    ] = None,
    framework: Framework = None,
    rule: RuleIds = None,
    severity: AtLeast = None,
    area: Areas = None,
    management_group: Annotated[
        str | None,
        typer.Option(
            "--management-group", metavar="NAME", help="The definitions' management group; by default the root."
        ),
    ] = None,
    verified_only: Annotated[
        bool,
        typer.Option("--verified-only", help="Leave out Azure Policy definitions with unconfirmed aliases."),
    ] = False,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    project: Project = None,
) -> None:
    """Compile the rules for enforcement by a cluster or a subscription: ValidatingAdmissionPolicies with their bindings
    and parameters, or Azure Policy definitions and their initiative. Rules that the language cannot express are listed
    with the reason.

    Examples: `bluelamp compile --to admission` ·
    `bluelamp compile west-midlands --to azure-policy --out compiled/policy` ·
    `bluelamp compile --to admission --framework pod-security-standards:restricted --format json`
    """
    from bluelamp.policies.compiled import to_admission, to_azure_policy
    from bluelamp.render.files import prepare, write
    from bluelamp.reports.selection import select

    screen = Screen(form, quiet=quiet)
    kept = select(framework or (), rule or (), severity or "", area or ()).keep(_rules(force, project))
    compiled = to_admission(kept) if to is To.ADMISSION else to_azure_policy(kept, verified_only=verified_only)
    if not compiled.documents and not compiled.left_out:
        raise UsageError(f"none of the selected rules is about {_ABOUT[to]}", next_step="choose other rules")
    files = _files(to, kept, compiled, management_group or _root_group(force, project) if to is To.AZURE_POLICY else "")
    folder = out or Path("compiled") / to
    prepare(folder)
    written = write(files, folder, flat=(".", "definitions"))
    missing = f", {len(compiled.left_out)} left out (reasons in left-out.md)" if compiled.left_out else ""
    screen.show(f"{escape(str(folder))}: {_counted(len(compiled.documents))}{missing}")
    untested = _unverified(to, kept, compiled)
    if untested:
        screen.say(f"[yellow]unverified aliases to test on a subscription:[/yellow] {sum(map(len, untested.values()))}")
    screen.give(
        {
            "to": to,
            "folder": str(folder),
            "files": [str(path) for path in written],
            "compiled": list(compiled.documents),
            "leftOut": dict(compiled.left_out),
            "unverifiedAliases": untested,
        }
    )


def _rules(force: str | None, project: Path | None) -> "tuple[Rule, ...]":
    """The rules with the force's baseline, or unchanged and without rules that are limited to certain forces."""
    from bluelamp.governance.read import governance
    from bluelamp.infra.settings.register import read_register
    from bluelamp.policies import rules

    if force is None:
        return tuple(rule for rule in rules() if not rule.forces)
    root = find_project(project)
    return governance(root, read_register(root).entry(force).slug).rules


def _root_group(force: str | None, project: Path | None) -> str:
    """The name of the force's root management group."""
    from bluelamp.infra.force import load
    from bluelamp.infra.program.build import label_of
    from bluelamp.infra.settings.register import read_register
    from bluelamp.modules.naming import name

    if force is None:
        raise UsageError(
            "Azure Policy is defined at a management group, and none is named",
            next_step="name a force, or give --management-group",
        )
    root = find_project(project)
    return name("management_group", "root", label_of(load(read_register(root).entry(force).slug, root=root)))


def _files(to: To, kept: "tuple[Rule, ...]", compiled: "Compiled", group: str) -> dict[str, str]:
    from bluelamp.policies.compiled import initiative
    from bluelamp.render.policies import admission_files, azure_files, left_out

    files = (
        admission_files(kept, compiled)
        if to is To.ADMISSION
        else azure_files(compiled, initiative(kept, compiled, group))
    )
    return {**files, "left-out.md": left_out(kept, compiled)}


def _unverified(to: To, kept: "tuple[Rule, ...]", compiled: "Compiled") -> Mapping[str, list[str]]:
    from bluelamp.policies.compiled.azure_policy import unverified

    if to is To.ADMISSION:
        return {}
    return {rule.id: found for rule in kept if rule.id in compiled.documents and (found := unverified(rule))}


def _counted(count: int) -> str:
    return "1 rule" if count == 1 else f"{count} rules"
