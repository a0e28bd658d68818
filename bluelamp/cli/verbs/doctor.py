"""`bluelamp doctor`."""

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from bluelamp.cli.options import Form, Project, Quiet
from bluelamp.cli.screen import Format, Screen, escape
from bluelamp.errors import Status, UsageError
from bluelamp.folders import cache


@dataclass(frozen=True)
class Finding:
    """The result of one check: what was found and, if it is wrong, the command that fixes it.

    `exists`: the prerequisite exists but cannot be used, so that it is not reported as missing.
    """

    what: str
    ok: bool
    found: str
    fix: str = ""
    needed: bool = True
    exists: bool = False

    @property
    def state(self) -> str:
        """`ok`, `unusable`, `missing`, or `without` if it is missing but optional."""
        if self.ok:
            return "ok"
        return "unusable" if self.exists else "missing" if self.needed else "without"

    def as_dict(self) -> dict[str, Any]:
        """The check as JSON values, by the names of the published format."""
        return {
            "what": self.what,
            "well": self.ok,
            "found": self.found,
            "mend": self.fix,
            "needed": self.needed,
            "there": self.exists,
            "state": self.state,
        }


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("doctor")(doctor)


def doctor(form: Form = Format.TEXT, quiet: Quiet = False, project: Project = None) -> None:
    """Report missing or damaged prerequisites, with the commands that fix them. Nothing is changed.

    Example: `bluelamp doctor`
    """
    screen = Screen(form, quiet=quiet)
    findings = list(_checks(project))
    for finding in findings:
        colour = "green" if finding.ok else "red" if finding.needed else "yellow"
        label = "absent" if finding.state == "without" else finding.state
        mark = f"[{colour}]{label}[/{colour}]{' ' * (8 - len(label))}"
        screen.show(f"{mark} {escape(finding.what)}: {escape(finding.found)}")
        if not finding.ok and finding.fix:
            screen.show(f"         {escape(finding.fix)}")
    screen.give({"checks": [finding.as_dict() for finding in findings]})
    if any(not finding.ok and finding.needed for finding in findings):
        raise typer.Exit(Status.FAILED)


def _checks(project: Path | None) -> Iterator[Finding]:
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
        return Finding("project", ok=False, found=error.message, fix=error.next_step)
    stacks = len(list((root / "stacks").glob("Pulumi.*.yaml")))
    return Finding("project", ok=True, found=f"{root} ({stacks} forces have a stack file)")


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
        found_text = f"pulumi {used.version}, {used.origin}{verified}: {used.path}; runs {runs}"
        findings.append(Finding("engine", True, found_text))
    for one in found:
        if one.problem:
            fix = install if one.ours or used is None else "nothing to do: another engine is used"
            if os.environ.get(NAMED):
                fix = f"set {NAMED} to a pulumi that runs, or unset it"
            findings.append(
                Finding("engine", False, f"{one.path}: {one.problem}", fix, needed=used is None, exists=True)
            )
    if not findings:
        wanted = ".".join(map(str, MINIMUM))
        fix = f"{install} (needs the network, or Go); `bluelamp check` works without an engine"
        findings.append(Finding("engine", False, f"none of version {wanted} or newer", fix))
    return findings, used.origin if used else ""


def _backend() -> Finding:
    given = any(os.environ.get(name) for name in ("PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"))
    backend = os.environ.get("PULUMI_BACKEND_URL")
    signed_in = bool(os.environ.get("PULUMI_ACCESS_TOKEN")) or (Path.home() / ".pulumi" / "credentials.json").is_file()
    if backend or signed_in:
        return Finding(
            "state",
            ok=given or not (backend or "").startswith(("file:", "azblob:")),
            found=f"{backend or 'the backend that pulumi is logged in to'}"
            + ("" if given else "; no passphrase is set"),
            fix="set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE",
            needed=False,
            exists=True,
        )
    return Finding(
        "state",
        ok=False,
        found="pulumi is not logged in to a backend (a rehearsal needs none)",
        fix="bluelamp pulumi login 'azblob://CONTAINER?storage_account=ACCOUNT', or set PULUMI_BACKEND_URL",
        needed=False,
    )
