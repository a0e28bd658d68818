"""Verifies and reads an earlier report for comparison."""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bluelamp.core.files import read
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.text import first_of
from bluelamp.errors import UsageError
from bluelamp.policies import Enforcement, Severity, Verdict
from bluelamp.policies.known import CONCERNING, Before
from bluelamp.reports.canonical import dense
from bluelamp.reports.manifest import Manifest
from bluelamp.reports.manifest import read as read_manifest
from bluelamp.reports.sealed_form import MANIFEST, MAX_BYTES
from bluelamp.reports.verifying import Signature, Verification, verify

OPTION: Final = "--baseline"
_FINDINGS: Final = "findings.json"
_FORMAT: Final = "bluelamp-findings/1"
_MAX_FINDINGS: Final = 256 << 20
_WRITE: Final = "name a report of `bluelamp audit` or of --report DIR as it was written"
_KEPT: Final = CONCERNING | {Verdict.EXEMPT}


@dataclass(frozen=True, slots=True)
class PreviousFinding:
    """One finding of the earlier report; `evidence` is the path and the observed value as JSON."""

    before: Before
    evidence: tuple[str, bytes] = ("", b"")


@dataclass(frozen=True)
class PreviousForce:
    """The earlier report on one force: its failures, exempt failures and undecided verdicts, by key."""

    written: str
    commit: str
    manifest: str
    source: str
    findings: Mapping[str, PreviousFinding] = field(default_factory=dict)


@dataclass(frozen=True)
class PreviousReport:
    """An earlier report. `signed` is whether a known signer signed it; `forces` has the requested forces."""

    folder: Path
    written: str
    manifest: str
    signed: bool
    forces: Mapping[str, PreviousForce] = field(default_factory=dict)


def read_previous_report(
    folder: Path,
    forces: Collection[str],
    *,
    known: Mapping[str, str] | None = None,
    register: Collection[str] = (),
    filters: tuple[str, ...] = (),
) -> PreviousReport:
    """The report in `folder` on those of `forces` that it covers.

    `known` has the names of known signers by key fingerprint, `register` the names of all forces; `filters` are the
    phrases of the current selection of rules. Raises `SettingsError` with every reason why the report is not
    comparable: it does not verify, its signer is unknown, it is redacted, has no findings or covers other rules.
    Raises `UsageError` if the folder does not exist or the report covers none of `forces`.
    """
    verified = verify(folder, known=known, forces=register)
    problems = list(_refused(verified))
    if problems:
        raise SettingsError(problems)
    content = _bytes(folder / MANIFEST, MAX_BYTES)
    manifest = read_manifest(content)
    if manifest is None:
        raise SettingsError([_problem(folder / MANIFEST, "was changed while it was read")])
    wanted = [force for force in manifest.subject if force in forces]
    if not wanted:
        raise UsageError(
            f"{OPTION} {folder}: the report is on {first_of(manifest.subject)}, not on {first_of(sorted(forces))}",
            next_step="name an earlier report of the same forces",
        )
    found: dict[str, PreviousForce] = {}
    for force in wanted:
        try:
            found[force] = _force(folder, force, manifest, content, filters)
        except SettingsError as error:
            problems += error.problems
    if problems:
        raise SettingsError(problems)
    signed = all(one.signature is Signature.KNOWN for one in verified)
    return PreviousReport(folder, manifest.written, hashlib.sha256(content).hexdigest(), signed, found)


def _refused(verified: list[Verification]) -> Iterator[Problem]:
    for one in verified:
        for flaw in one.flaws:
            yield _problem(one.folder / flaw.file, flaw.problem)
        if not one.flaws and one.signature is Signature.UNKNOWN:
            step = "keep the signer's public key in stacks/signers/, or name a report of a known signer"
            yield _problem(one.folder / MANIFEST, f"is signed by an unknown key, {one.signer}", step)


def _force(folder: Path, force: str, manifest: Manifest, content: bytes, filters: tuple[str, ...]) -> PreviousForce:
    """The report's findings on a force. Its manifest is read again and must match the verified one."""
    place = folder
    if len(manifest.subject) > 1:
        place = folder / force
        content = _verified(folder, f"{force}/{MANIFEST}", manifest)
        inner = read_manifest(content)
        if inner is None:
            raise SettingsError([_problem(place / MANIFEST, "was changed while it was read")])
        manifest = inner
    if _FINDINGS not in manifest.files:
        step = "write the report with --formats json, or with all formats"
        raise SettingsError([_problem(place / _FINDINGS, "is not part of the report", step)])
    report = _json(place / _FINDINGS, _verified(place, _FINDINGS, manifest))
    reason = _not_comparable(report, filters)
    if reason:
        raise SettingsError([_problem(place / _FINDINGS, *reason)])
    try:
        commit, source, found = str(report["provenance"]["commit"]), str(report["source"]), dict(_findings(report))
    except (KeyError, TypeError, ValueError):
        raise SettingsError([_problem(place / _FINDINGS, "is not of the form of a report")]) from None
    return PreviousForce(manifest.written, commit, hashlib.sha256(content).hexdigest(), source, found)


def _not_comparable(report: Mapping[str, Any], filters: tuple[str, ...]) -> tuple[str, str] | None:
    """Why the findings cannot be compared, and the next step; None if they can."""
    if report.get("format") != _FORMAT:
        return "has a format that this version does not read", "write the report again"
    if report.get("redacted"):
        return "is redacted: its names are not those of resources", "write the report without --redact"
    if report.get("passes") is False:
        return "does not have every verdict", "write the report again"
    if report.get("filters") not in ([], list(filters)):
        return "is on some rules only, and this run judges others", "name a report on every rule"
    return None


def _findings(report: Mapping[str, Any]) -> Iterator[tuple[str, PreviousFinding]]:
    for each in report["findings"]:
        verdict = Verdict(each["verdict"])
        if verdict in _KEPT:
            before = Before(
                verdict, Enforcement(each["enforcement"]), Severity(each["severity"]), str(each.get("exemption", ""))
            )
            yield f"{each['rule']} {each['resource']}", PreviousFinding(before, (each["path"], dense(each["observed"])))


def _json(path: Path, content: bytes) -> dict[str, Any]:
    try:
        report = json.loads(content)
    except (ValueError, RecursionError):
        report = None
    if not isinstance(report, dict):
        raise SettingsError([_problem(path, "is not JSON of a report")])
    return report


def _verified(folder: Path, name: str, manifest: Manifest) -> bytes:
    """The content of a file listed in the manifest. Raises `SettingsError` if its hash differs."""
    content = _bytes(folder / name, _MAX_FINDINGS)
    if hashlib.sha256(content).hexdigest() != manifest.files[name].sha256:
        raise SettingsError([_problem(folder / name, "was changed while it was read")])
    return content


def _bytes(path: Path, limit: int) -> bytes:
    try:
        return read(path, limit)
    except OSError as error:
        raise SettingsError([_problem(path, f"cannot be read: {error.strerror}")]) from error


def _problem(path: Path, message: str, step: str = _WRITE) -> Problem:
    return Problem(str(path), path=OPTION, message=message, next_step=step)
