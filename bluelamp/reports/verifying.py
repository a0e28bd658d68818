"""Verifies a report: that its files are unchanged, its signer, and its previous report."""

import hashlib
import os
import stat
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bluelamp.core.files import digest
from bluelamp.core.files import read as read_file
from bluelamp.core.folders import SWITCH
from bluelamp.errors import UsageError
from bluelamp.reports.keys import fingerprint, pem_of, public_key_of
from bluelamp.reports.manifest import Entry, Link, Manifest, Signer, read, unchanged
from bluelamp.reports.sealed_form import MANIFEST, MAX_BYTES, MAX_FILE, PREVIOUS_FORMAT, SIGNATURE

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_SIGNATURE_BYTES: Final = 64
_MOST: Final = 10_000
"""The maximum number of files and folders examined; no report has a tenth of them."""
_MOST_FLAWS: Final = 200
"""The number of flaws of one folder listed before the rest is counted."""
_FINDINGS: Final = "findings.json"
_MAX_FINDINGS: Final = 64 << 20


class Signature(StrEnum):
    """The status of a report's signature."""

    NONE = "none"
    """The report is unsigned."""
    WRONG = "wrong"
    """The report names a signer, but has no valid signature, or not by the required signer."""
    UNKNOWN = "unknown"
    """The signer's public key is unknown."""
    KNOWN = "known"
    """The signer's public key was given, or is kept in `stacks/signers/`."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """A flaw in a report, with its file."""

    file: str
    problem: str

    def __str__(self) -> str:
        return f"{self.file}: {self.problem}"


@dataclass(frozen=True, slots=True)
class Verification:
    """The result of verifying one folder. `signer` is the key's fingerprint, empty for an unsigned report.

    `signature` is the status of the signature, and `signer_name` the name of a known signer. `previous` is the SHA-256
    of the previous report's manifest, empty for the first report; `followed` is whether the previous report was
    compared. `part_of` names the forces of the report that contains this one; only that report's manifest proves that
    none is missing.
    """

    folder: Path
    subject: tuple[str, ...] = ()
    written: str = ""
    files: int = 0
    signer: str = ""
    previous: str = ""
    followed: bool = False
    flaws: tuple[Flaw, ...] = field(default=())
    signature: Signature = Signature.NONE
    signer_name: str = ""
    part_of: tuple[str, ...] = ()

    @property
    def proven(self) -> bool:
        """Whether the report is unchanged and by a known signer."""
        return not self.flaws and self.signature is Signature.KNOWN


@dataclass(frozen=True)
class _Expected:
    """The required signer (None for any), the known signers' names by fingerprint, and the names of all forces."""

    signer: "Ed25519PublicKey | None"
    known: Mapping[str, str]
    forces: Collection[str]


def verify(
    folder: Path,
    signer: "Ed25519PublicKey | None" = None,
    previous: Path | None = None,
    *,
    known: Mapping[str, str] | None = None,
    forces: Collection[str] = (),
) -> list[Verification]:
    """Verifies the report in `folder`: one result, followed by one for each force of a report on several forces.

    `signer` is the required signer's key, `previous` the folder of the report that this one must follow. `known` has
    the names of known signers by key fingerprint; a folder named like one of `forces` must hold a report on that force.
    Nothing is written. Raises `UsageError` if a folder does not exist.
    """
    for each in (folder, previous):
        if each is not None and not os.path.isdir(each):  # noqa: PTH112 - returns False if access is denied
            raise UsageError(f"{each} is not a folder", next_step="name the folder of a report")
    expected = _Expected(signer, known or {}, forces)
    found, manifest = _one(folder, expected, previous)
    if manifest is None:
        return [found]
    if len(manifest.subject) == 1:
        return [_limited(replace(found, flaws=(*found.flaws, *_place(folder, manifest, forces))))]
    return [
        _limited(found),
        *(_limited(_part(folder, force, manifest, expected, previous)) for force in manifest.subject),
    ]


def _limited(found: Verification) -> Verification:
    if len(found.flaws) <= _MOST_FLAWS:
        return found
    more = Flaw(MANIFEST, f"… and {len(found.flaws) - _MOST_FLAWS:,} more flaws")
    return replace(found, flaws=(*found.flaws[:_MOST_FLAWS], more))


def _one(folder: Path, expected: _Expected, previous: Path | None) -> tuple[Verification, Manifest | None]:
    """The result of verifying `folder` by its own manifest, and that manifest if it is trustworthy."""
    content, flaw = _manifest(folder)
    manifest = read(content)
    if not flaw:
        flaw = _refused(content, manifest)
    if flaw or manifest is None:
        return Verification(folder, flaws=(*_switch(folder), Flaw(MANIFEST, flaw))), None
    unsigned = list(_signature(folder, content, manifest.signer, expected.signer))
    flaws = [
        *_switch(folder),
        *_files(folder, manifest),
        *unsigned,
        *_chain(manifest, previous),
        *_agreement(folder, manifest),
    ]
    signer = manifest.signer.fingerprint if manifest.signer else ""
    trusted = signer in expected.known or (expected.signer is not None and signer == fingerprint(expected.signer))
    signature = Signature.KNOWN if trusted else Signature.UNKNOWN if signer else Signature.NONE
    if signer and unsigned:
        signature = Signature.WRONG
    found = Verification(
        folder,
        manifest.subject,
        manifest.written,
        len(manifest.files),
        signer,
        manifest.previous.sha256 if manifest.previous else "",
        previous is not None,
        tuple(flaws),
        signature,
        expected.known.get(signer, ""),
        manifest.part_of.subject if manifest.part_of else (),
    )
    return found, manifest


def _manifest(folder: Path) -> tuple[bytes, str]:
    """The manifest's bytes, and the problem if it cannot be read."""
    path = folder / MANIFEST
    try:
        if os.path.islink(path):  # noqa: PTH114 - returns False if access is denied
            return b"", "is a link where a file was"
        return read_file(path, MAX_BYTES), ""
    except FileNotFoundError:
        problem = "is missing: nothing says what the report consists of"
        if any(folder.glob(f"*/{MANIFEST}")):
            problem += ", nor that the reports in its folders belong together and none is missing"
        return b"", problem
    except OSError as error:
        return b"", f"cannot be read: {error.strerror}"


def _refused(content: bytes, manifest: Manifest | None) -> str:
    """The problem of an untrustworthy manifest; empty for a trustworthy one."""
    if manifest is None:
        return "was changed: it is no longer a valid manifest"
    if not unchanged(content):
        return "was changed: it does not match its hash"
    if manifest.format == PREVIOUS_FORMAT:
        return f"has the earlier format {PREVIOUS_FORMAT}, which does not prove enough: write the report again"
    return ""


def _switch(folder: Path) -> Iterator[Flaw]:
    if os.path.lexists(folder / SWITCH):
        yield Flaw(
            SWITCH,
            "a run was interrupted while it replaced this report; the new one, whole, is in this folder: "
            "write the report again, or verify this folder",
        )


def _part(folder: Path, force: str, whole: Manifest, expected: _Expected, previous: Path | None) -> Verification:
    """The result for one force's report inside the report in `folder`: the two manifests must agree."""
    place = folder / force
    if os.path.islink(place) or not os.path.isdir(place):  # noqa: PTH112, PTH114 - as above
        return Verification(place, flaws=(Flaw(MANIFEST, "is missing: there is no folder of this force"),))
    found, manifest = _one(place, expected, _earlier(previous, force))
    if manifest is None:
        return found
    flaws = list(found.flaws)
    if manifest.subject != (force,):
        flaws.append(_misplaced(force, manifest))
    if manifest.part_of is None or (manifest.part_of.subject, manifest.part_of.written) != (
        whole.subject,
        whole.written,
    ):
        flaws.append(Flaw(MANIFEST, "was not written as a part of the report that it is in"))
    if whole.of(force) != manifest.files:
        flaws.append(Flaw(MANIFEST, "lists other files than the manifest of the whole report"))
    if whole.signer != manifest.signer:
        flaws.append(Flaw(MANIFEST, "has another signer than the whole report"))
    return replace(found, flaws=tuple(flaws))


def _earlier(previous: Path | None, force: str) -> Path | None:
    """The folder of the force's part of the previous report; None if it has none."""
    return previous / force if previous is not None and os.path.lexists(previous / force / MANIFEST) else None


def _misplaced(name: str, manifest: Manifest) -> Flaw:
    return Flaw(MANIFEST, f"is on {manifest.subject[0]}, and is in the folder of {name}")


def _place(folder: Path, manifest: Manifest, forces: Collection[str]) -> Iterator[Flaw]:
    """The flaws in the location of a report on one force: another force's folder, or a report that does not list it."""
    real = Path(os.path.realpath(folder))
    others = {*forces, *(manifest.part_of.subject if manifest.part_of else ())}
    if real.name in others and real.name != manifest.subject[0]:
        yield _misplaced(real.name, manifest)
    content, _ = _manifest(real.parent)
    whole = read(content)
    if whole is None or len(whole.subject) < 2 or not unchanged(content) or whole.format == PREVIOUS_FORMAT:
        return
    entry = whole.files.get(f"{real.name}/{MANIFEST}")
    here, _ = _manifest(real)
    if entry is None or entry.sha256 != hashlib.sha256(here).hexdigest():
        yield Flaw(MANIFEST, f"is not the one that the report in {real.parent} was written with")


def _files(folder: Path, manifest: Manifest) -> Iterator[Flaw]:
    for name, was in sorted(manifest.files.items()):
        problem = _difference(folder, name, was)
        if problem:
            yield Flaw(name, problem)
    sealed = {MANIFEST, SIGNATURE} if manifest.signer else {MANIFEST}
    yield from _added(folder, {*manifest.files, *sealed})


def _difference(folder: Path, name: str, was: Entry) -> str:
    """How a file differs from its manifest entry; empty if it does not."""
    path = folder / name
    try:
        mode = os.lstat(path).st_mode
        if stat.S_ISLNK(mode) or (path.parent != folder and path.parent.is_symlink()):
            return "is a link where a file was"
        sha256, size = digest(path, min(was.bytes, MAX_FILE))
    except (FileNotFoundError, NotADirectoryError):
        return "is missing"
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    if (sha256, size) == (was.sha256, was.bytes):
        return ""
    return "was changed" + (f" ({was.bytes} bytes then, {size} now)" if was.bytes != size else "")


def _added(folder: Path, known: set[str]) -> Iterator[Flaw]:
    """Everything below `folder` that is not in `known`: files, links, and folders that are empty or unreadable."""
    folders = {name.rpartition("/")[0] for name in known} - {""}
    added = "was added: the report was written without it"
    found: list[Flaw] = []
    waiting, seen = [""], 0
    while waiting:
        here = waiting.pop()
        try:
            entries = list(os.scandir(folder / here))
        except OSError as error:
            found.append(Flaw(here or ".", f"cannot be read: {error.strerror}"))
            continue
        if not entries and here not in folders:
            found.append(Flaw(here, added))
        for each in entries:
            seen += 1
            if seen > _MOST:
                yield from sorted(found, key=str)
                yield Flaw(here or ".", f"holds more than {_MOST:,} files, which no report does")
                return
            name = f"{here}/{each.name}" if here else each.name
            if each.is_dir(follow_symlinks=False):
                if name == SWITCH:
                    continue  # reported already
                waiting.append(name)
            elif name not in known:
                found.append(Flaw(name, added))
    yield from sorted(found, key=str)


def _signature(
    folder: Path, content: bytes, signed: Signer | None, wanted: "Ed25519PublicKey | None"
) -> Iterator[Flaw]:
    from cryptography.exceptions import InvalidSignature

    path = folder / SIGNATURE
    if signed is None:
        if wanted is not None:
            yield Flaw(MANIFEST, f"is not signed; the signer is to be {fingerprint(wanted)}")
        return
    try:
        key = public_key_of(signed.public_key.encode(), "the signer's key")
        if os.path.islink(path):  # noqa: PTH114 - as above
            yield Flaw(SIGNATURE, "is a link where a file was")
            return
        key.verify(read_file(path, _SIGNATURE_BYTES), content)
    except FileNotFoundError:
        yield Flaw(SIGNATURE, f"is missing: the report was signed by {signed.fingerprint}")
        return
    except (UsageError, InvalidSignature):
        yield Flaw(SIGNATURE, f"is not the signature of {signed.fingerprint} over {MANIFEST}")
        return
    except OSError as error:
        yield Flaw(SIGNATURE, f"cannot be read: {error.strerror}")
        return
    if fingerprint(key) != signed.fingerprint or pem_of(key) != signed.public_key:
        yield Flaw(MANIFEST, "was changed: the signer's key does not match its fingerprint")
    if wanted is not None and fingerprint(key) != fingerprint(wanted):
        yield Flaw(SIGNATURE, f"is by {fingerprint(key)}; the signer is to be {fingerprint(wanted)}")


def _chain(manifest: Manifest, previous: Path | None) -> Iterator[Flaw]:
    if previous is None:
        return
    link: Link | None = manifest.previous
    if link is None:
        yield Flaw(MANIFEST, f"follows no report; it is to follow {previous}")
        return
    path = previous / MANIFEST
    try:
        content = read_file(path, MAX_BYTES)
    except OSError as error:
        yield Flaw(str(path), f"cannot be read: {error.strerror}")
        return
    before = read(content)
    if hashlib.sha256(content).hexdigest() != link.sha256 or before is None:
        yield Flaw(MANIFEST, f"follows another report (of {link.written}) than {previous}, or that was changed")
    elif (before.subject, before.written) != (manifest.subject, link.written):
        yield Flaw(MANIFEST, f"does not agree with {path}, which it follows, in the forces or the time")


def _agreement(folder: Path, manifest: Manifest) -> Iterator[Flaw]:
    """A flaw if the findings differ from the manifest of a report on one force in the force or the time."""
    entry = manifest.files.get(_FINDINGS)
    if len(manifest.subject) != 1 or entry is None or _difference(folder, _FINDINGS, entry):
        return
    findings = _findings(folder / _FINDINGS)
    if (findings.get("force"), findings.get("ended")) != (manifest.subject[0], manifest.written):
        yield Flaw(MANIFEST, f"does not agree with {_FINDINGS} in the force or the time")


def _findings(path: Path) -> Mapping[str, Any]:
    """The members of `findings.json`; empty if it cannot be read."""
    import json

    try:
        members = json.loads(read_file(path, _MAX_FINDINGS))
    except (OSError, ValueError, RecursionError):
        return {}
    return members if isinstance(members, dict) else {}
