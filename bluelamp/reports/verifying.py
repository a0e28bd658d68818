"""Verifying a report: whether it is, byte for byte, what was written, by whom, and after which."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from bluelamp.errors import UsageError
from bluelamp.reports.canonical import readable
from bluelamp.reports.keys import fingerprint, public_key_of
from bluelamp.reports.seal import MANIFEST, SIGNATURE, content_hash, hashed, read

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with a report, and in which of its files."""

    file: str
    said: str

    def __str__(self) -> str:
        return f"{self.file}: {self.said}"


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of verifying one folder. `signer` is a key's fingerprint, empty where the report is not signed.

    `previous` is the SHA-256 of the manifest of the report before, empty for the first; `followed` tells whether that
    report was there to compare.
    """

    folder: Path
    subject: tuple[str, ...] = ()
    written: str = ""
    files: int = 0
    signer: str = ""
    previous: str = ""
    followed: bool = False
    flaws: tuple[Flaw, ...] = field(default=())


def verify(folder: Path, signer: "Ed25519PublicKey | None" = None, previous: Path | None = None) -> list[Verification]:
    """Verify the report in `folder`, and each force's own where there are several.

    `signer` is the key that it must be signed with, `previous` the folder of the report that it must follow. Raises
    `UsageError` where there is no such folder.
    """
    for each in (folder, previous):
        if each is not None and not each.is_dir():
            raise UsageError(f"{each} is not a folder", next_step="name the folder of a report")
    inner = sorted(path.parent for path in folder.glob(f"*/{MANIFEST}"))
    places = [folder, *inner] if (folder / MANIFEST).exists() or not inner else inner
    return [
        _one(place, signer, (previous if place == folder else previous / place.name) if previous else None)
        for place in places
    ]


def _one(folder: Path, signer: "Ed25519PublicKey | None", previous: Path | None) -> Verification:
    try:
        content = (folder / MANIFEST).read_bytes()
    except OSError as error:
        said = "is missing: nothing says what the report consists of"
        said = said if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}"
        return Verification(folder, flaws=(Flaw(MANIFEST, said),))
    said_of = read(content)
    if not said_of:
        return Verification(folder, flaws=(Flaw(MANIFEST, "was changed: it is no manifest any more"),))
    if said_of.get("content") != content_hash(said_of) or readable(said_of).encode() != content:
        return Verification(folder, flaws=(Flaw(MANIFEST, "was changed: it is not as it was written"),))
    link = said_of.get("previous") or {}
    flaws = [*_files(folder, said_of["files"]), *_signature(folder, content, said_of.get("signer"), signer)]
    flaws += _chain(link, previous)
    return Verification(
        folder,
        tuple(said_of.get("subject", ())),
        str(said_of.get("written", "")),
        len(said_of["files"]),
        (said_of.get("signer") or {}).get("fingerprint", ""),
        link.get("sha256", ""),
        previous is not None,
        tuple(flaws),
    )


def _files(folder: Path, listed: Mapping[str, Any]) -> Iterator[Flaw]:
    for name, was in sorted(listed.items()):
        path = folder / name
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            yield Flaw(MANIFEST, f"was changed: it names {name}, which is outside the report")
        elif path.is_symlink() or not path.is_file():
            yield Flaw(name, "is missing" if not path.is_symlink() else "is a link where a file was")
        else:
            yield from _content(path, name, was)
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if (path.is_symlink() or not path.is_dir()) and name not in listed and name not in (MANIFEST, SIGNATURE):
            yield Flaw(name, "was added: the report was written without it")


def _content(path: Path, name: str, was: Any) -> Iterator[Flaw]:
    try:
        now = hashed(path.read_bytes())
    except OSError as error:
        yield Flaw(name, f"cannot be read: {error.strerror}")
        return
    if now != was:
        sizes = f" ({was['bytes']} bytes then, {now['bytes']} now)" if was["bytes"] != now["bytes"] else ""
        yield Flaw(name, f"was changed{sizes}")


def _signature(
    folder: Path, content: bytes, signed: Mapping[str, str] | None, wanted: "Ed25519PublicKey | None"
) -> Iterator[Flaw]:
    from cryptography.exceptions import InvalidSignature

    path = folder / SIGNATURE
    if signed is None:
        if path.exists():
            yield Flaw(SIGNATURE, "was added: the report was written without a signature")
        if wanted is not None:
            yield Flaw(MANIFEST, f"is not signed; the signer is to be {fingerprint(wanted)}")
        return
    try:
        key = public_key_of(signed["publicKey"].encode(), "the signer's key")
        signature = path.read_bytes()
        key.verify(signature, content)
    except FileNotFoundError:
        yield Flaw(SIGNATURE, f"is missing: the report was signed by {signed['fingerprint']}")
        return
    except (UsageError, InvalidSignature):
        yield Flaw(SIGNATURE, f"is not the signature of {signed['fingerprint']} over {MANIFEST}")
        return
    except OSError as error:
        yield Flaw(SIGNATURE, f"cannot be read: {error.strerror}")
        return
    if fingerprint(key) != signed["fingerprint"]:
        yield Flaw(MANIFEST, "was changed: the signer's key is not the one that is named")
    if wanted is not None and fingerprint(key) != fingerprint(wanted):
        yield Flaw(SIGNATURE, f"is by {fingerprint(key)}; the signer is to be {fingerprint(wanted)}")


def _chain(link: Mapping[str, Any], previous: Path | None) -> Iterator[Flaw]:
    if previous is None:
        return
    path = previous / MANIFEST
    if not link:
        yield Flaw(MANIFEST, f"follows no report; it is to follow {previous}")
        return
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        yield Flaw(str(path), f"cannot be read: {error.strerror}")
        return
    if found != link.get("sha256"):
        yield Flaw(MANIFEST, f"follows another report (of {link.get('written')}) than {previous}, or that was changed")
