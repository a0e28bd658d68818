"""`bluelamp doctor`."""

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import typer

from bluelamp.cli.options import Form, Project, Quiet
from bluelamp.cli.screen import Format, Screen, escape
from bluelamp.core.camel import as_json
from bluelamp.errors import Status, UsageError
from bluelamp.folders import cache


@dataclass(frozen=True)
class Finding:
    """The result of one check: what was found and, if it is wrong, the command that repairs it.

    `there` is true if the thing exists but cannot be used, so that it is not reported as missing.
    """

    what: str
    well: bool
    found: str
    mend: str = ""
    needed: bool = True
    there: bool = False

    @property
    def state(self) -> str:
        """`ok`, `unusable`, `missing`, or `without` if it is missing but optional."""
        if self.well:
            return "ok"
        return "unusable" if self.there else "missing" if self.needed else "without"


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("doctor")(doctor)


def doctor(form: Form = Format.TEXT, quiet: Quiet = False, project: Project = None) -> None:
    """Report missing or damaged prerequisites, with the commands that repair them. Nothing is changed.

    Example: `bluelamp doctor`
    """
    screen = Screen(form, quiet=quiet)
    findings = list(_look(project))
    for finding in findings:
        colour = "green" if finding.well else "red" if finding.needed else "yellow"
        label = "absent" if finding.state == "without" else finding.state
        mark = f"[{colour}]{label}[/{colour}]{' ' * (8 - len(label))}"
        screen.show(f"{mark} {escape(finding.what)}: {escape(finding.found)}")
        if not finding.well and finding.mend:
            screen.show(f"         {escape(finding.mend)}")
    screen.give({"checks": [{**as_json(finding), "state": finding.state} for finding in findings]})
    if any(not finding.well and finding.needed for finding in findings):
        raise typer.Exit(Status.FAILED)


def _look(project: Path | None) -> Iterator[Finding]:
    yield Finding("python", sys.version_info >= (3, 11), f"{platform.python_version()} ({sys.executable})")
    yield _project(project)
    engines, origin = _engine()
    yield from engines
    if origin in ("", "built"):
        go = shutil.which("go")
        yield Finding(
            "go",
            go is not None,
            go or "not installed",
            "install Go 1.25 or newer, to build the engine",
            needed=not origin,
        )
    yield _backend()
    git = shutil.which("git")
    yield Finding(
        "git", git is not None, git or "not installed", "install git, for --changed and for evidence", needed=False
    )
    yield Finding("cache", True, f"{cache()} (to clear it, delete the folder)")


def _project(project: Path | None) -> Finding:
    from bluelamp.folders import project as find

    try:
        root = find(project)
    except UsageError as error:
        return Finding("project", well=False, found=error.message, mend=error.next_step)
    stacks = len(list((root / "stacks").glob("Pulumi.*.yaml")))
    return Finding("project", well=True, found=f"{root} ({stacks} forces have a stack file)")


def _engine() -> tuple[list[Finding], str]:
    """The engine in use with its origin, and each engine found that cannot be used."""
    from bluelamp.engine.find import MINIMUM, NAMED, candidates
    from bluelamp.rehearsal.language_hosts import languages

    found = list(candidates(full=True))
    used = next((one for one in found if not one.problem), None)
    install = "bluelamp engine install"
    findings = []
    if used is not None:
        verified = ", every file verified" if used.ours else ""
        runs = ", ".join(languages(used.path, os.environ)) or "no programs"
        said = f"pulumi {used.version}, {used.origin}{verified}: {used.path}; runs {runs}"
        findings.append(Finding("engine", True, said))
    for one in found:
        if one.problem:
            mend = install if one.ours or used is None else "nothing to do: another engine is used"
            if os.environ.get(NAMED):
                mend = f"set {NAMED} to a pulumi that runs, or unset it"
            findings.append(
                Finding("engine", False, f"{one.path}: {one.problem}", mend, needed=used is None, there=True)
            )
    if not findings:
        wanted = ".".join(map(str, MINIMUM))
        mend = f"{install} (needs the network, or Go); `bluelamp check` works without an engine"
        findings.append(Finding("engine", False, f"none that is {wanted} or newer", mend))
    return findings, used.origin if used else ""


def _backend() -> Finding:
    given = any(os.environ.get(name) for name in ("PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"))
    backend = os.environ.get("PULUMI_BACKEND_URL")
    signed_in = bool(os.environ.get("PULUMI_ACCESS_TOKEN")) or (Path.home() / ".pulumi" / "credentials.json").is_file()
    if backend or signed_in:
        return Finding(
            "state",
            well=given or not (backend or "").startswith(("file:", "azblob:")),
            found=f"{backend or 'the backend that pulumi is logged in to'}"
            + ("" if given else "; no passphrase is set"),
            mend="set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE",
            needed=False,
            there=True,
        )
    return Finding(
        "state",
        well=False,
        found="pulumi is not logged in to a backend (a rehearsal needs none)",
        mend="bluelamp pulumi login 'azblob://CONTAINER?storage_account=ACCOUNT', or set PULUMI_BACKEND_URL",
        needed=False,
    )
