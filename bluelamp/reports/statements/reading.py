"""Reads the evidence of a force: every statement, with the validity of its signature and dates."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from os.path import lexists
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bluelamp.core.dates import london_day
from bluelamp.core.files import FileRefusedError, digest
from bluelamp.core.files import read as read_file
from bluelamp.core.os_errors import reason_of
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.reader import content_of
from bluelamp.reports.signers import known_signers
from bluelamp.reports.statements import signing
from bluelamp.reports.statements.record import Attachment, StatementRecord, Status
from bluelamp.reports.statements.shape import SIGNATURE, SUFFIX, Attached, Statement, controls_of, place, read

if TYPE_CHECKING:
    from bluelamp.reports.findings import Report

MAX_ATTACHMENT: Final = 1 << 30
"""The maximum size of an attached file, in bytes."""


def with_statements(root: Path, reports: Iterable["Report"]) -> "list[Report]":
    """`reports` with the evidence of their forces, as of the day each report was started.

    Raises `SettingsError` with every mistake in the files.
    """
    completed: list[Report] = []
    problems: list[Problem] = []
    for report in reports:
        try:
            found = statements(root, report.force, london_day(report.started))
        except SettingsError as error:
            problems += error.problems
            continue
        completed.append(replace(report, statements=found) if found else report)
    if problems:
        raise SettingsError(problems)
    return completed


def statements(root: Path, force: str, today: date) -> tuple[StatementRecord, ...]:
    """The statements of `force` in the project `root`, by id, as of `today`; none if it has no evidence.

    Raises `SettingsError` with every mistake in the files, `UsageError` if a known signer's key cannot be used.
    """
    folder = place(root, force)
    if not lexists(folder):
        return ()
    problems: list[Problem] = []
    files = list(_files(folder, root, problems))
    found: list[StatementRecord] = []
    known = known_signers(root) if files else {}
    for path in files:
        try:
            content, name = content_of(path, root)
            found.append(_record(read(content, name, force), content, path, name, today, known))
        except SettingsError as error:
            problems += error.problems
    problems += _duplicates(found)
    if problems:
        raise SettingsError(problems)
    return tuple(sorted(found, key=lambda each: each.id))


def attached(folder: Path, files: Sequence[Attached]) -> tuple[Attachment, ...]:
    """The files of a statement in `folder`, each with its difference from the statement, if any."""
    return tuple(Attachment(each.path, each.sha256, _flaw(folder, each)) for each in files)


def _files(folder: Path, root: Path, problems: list[Problem]) -> Iterator[Path]:
    """The files of statements. Similar names and signatures without a statement are problems."""
    shown = folder.relative_to(root).as_posix()
    try:
        names = sorted(each.name for each in folder.iterdir())
    except OSError as error:
        problems.append(Problem(shown, message=f"cannot be read: {reason_of(error)}"))
        return
    for name in names:
        folded = name.casefold().strip()
        if name.endswith(SUFFIX):
            yield folder / name
        elif folded.endswith((SUFFIX, ".yml")):
            step = f"rename it to {name[: name.rindex('.')]}{SUFFIX}"
            problems.append(Problem(ascii(f"{shown}/{name}")[1:-1], message="is not read", next_step=step))
        elif name.endswith(SIGNATURE) and name.removesuffix(SIGNATURE) not in names:
            step = "add the statement, or remove the signature"
            problems.append(Problem(ascii(f"{shown}/{name}")[1:-1], message="has no statement", next_step=step))


def _duplicates(found: Iterable[StatementRecord]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for each in found:
        first = seen.setdefault(each.id.casefold(), each.file)
        if first != each.file:
            yield Problem(each.file, path="id", message=f"{each.id} is the id of {first} already", found=each.id)


def _record(
    statement: Statement, content: bytes, path: Path, name: str, today: date, known: Mapping[str, str]
) -> StatementRecord:
    files = attached(path.parent, statement.files)
    fingerprint, flaw = _signer(content, path)
    flaws = [(Status.ALTERED, each.flaw) for each in files if each.flaw]
    if flaw:
        flaws.append(flaw)
    elif fingerprint not in known:
        flaws.append((Status.UNKNOWN_SIGNER, f"the key {fingerprint[:16]}… is not in stacks/signers/"))
    if today < statement.date:
        flaws.append((Status.NOT_STARTED, f"it is dated {statement.date}"))
    if today > statement.valid_until:
        flaws.append((Status.EXPIRED, f"it was valid until {statement.valid_until}"))
    return StatementRecord(
        id=statement.id,
        file=name,
        controls=controls_of(statement),
        statement=statement.statement,
        role=statement.author.role,
        email=statement.author.email,
        dated=statement.date,
        valid_until=statement.valid_until,
        attachments=files,
        status=min((status for status, _ in flaws), key=list(Status).index, default=Status.SIGNED),
        signer=known.get(fingerprint, ""),
        fingerprint=fingerprint,
        why="; ".join(why for _, why in flaws),
    )


def _signer(content: bytes, path: Path) -> tuple[str, tuple[Status, str] | None]:
    """The fingerprint of the statement's signer, or the problem with its signature."""
    signature = path.with_name(path.name + SIGNATURE)
    if not lexists(signature):
        return "", (Status.UNSIGNED, "it has no signature")
    try:
        found = signing.signer_of(content, read_file(signature, signing.MAX_BYTES))
    except OSError as error:
        return "", (Status.ALTERED, f"its signature cannot be read: {reason_of(error)}")
    return (found, None) if found else ("", (Status.ALTERED, "its signature does not match its content"))


def _flaw(folder: Path, file: Attached) -> str:
    """How the attached file differs from the statement's record of it; empty if it does not."""
    path = folder / file.path
    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            return f"{file.path} is outside the folder"
        found, _ = digest(path, MAX_ATTACHMENT)
    except FileNotFoundError:
        return f"{file.path} is missing"
    except FileRefusedError as error:
        return f"{file.path} {error.strerror}"
    except OSError as error:
        return f"{file.path} cannot be read: {reason_of(error)}"
    if not found:
        return f"{file.path} is larger than {MAX_ATTACHMENT:,} bytes"
    return "" if found == file.sha256 else f"{file.path} has the SHA-256 {found}"
