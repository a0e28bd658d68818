"""The manifest of a report: validation of `manifest.json` before any of it is trusted or shown.

Every text has a strict format (digests, times, names in lower-case ASCII), so that no name can leave the folder, look
like another, differ only in case, or contain control characters. A manifest must be byte for byte the output of
`readable`: a duplicate member, a float instead of an integer or another order means that it was changed.
"""

import json
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from bluelamp.reports.canonical import readable
from bluelamp.reports.sealed_form import FORMAT, INDEX, MANIFEST, MAX_FILE, SIGNATURE, content_hash

_NAME: Final = "[a-z0-9]+(?:-[a-z0-9]+)*"
_FILE: Final = r"[a-z0-9]+(?:[.-][a-z0-9]+)*"


def _existing(text: str) -> str:
    datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
    return text


Digest = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
Moment = Annotated[
    str,
    StringConstraints(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"),
    AfterValidator(_existing),
]
ForceName = Annotated[str, StringConstraints(pattern=f"^{_NAME}$", max_length=63)]
FileName = Annotated[str, StringConstraints(pattern=f"^(?:{_NAME}/)?{_FILE}$", max_length=200)]
Subject = Annotated[tuple[ForceName, ...], Field(min_length=1, max_length=1000, strict=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Entry(_Strict):
    """A file's SHA-256 and size in bytes."""

    sha256: Digest
    bytes: Annotated[int, Field(ge=0, le=MAX_FILE)]


class Link(_Strict):
    """The previous report: the SHA-256 of its manifest, and its time."""

    sha256: Digest
    written: Moment


class Signer(_Strict):
    """The signing key: `fingerprint` is the SHA-256 of the public key's DER, `public_key` its PEM."""

    algorithm: Literal["Ed25519"]
    fingerprint: Digest
    public_key: Annotated[str, StringConstraints(max_length=1000), Field(alias="publicKey")]


class Whole(_Strict):
    """The report on several forces that contains this report on one force."""

    subject: Subject
    written: Moment


class Manifest(_Strict):
    """A manifest with well-formed and consistent members.

    A report on one force has its files in the folder itself. A report on several has a subfolder for each force, named
    after it and with its own manifest, and at most `index.html` beside them.
    """

    format: Literal["bluelamp-manifest/1", "bluelamp-manifest/2"]
    subject: Subject
    written: Moment
    files: Annotated[dict[FileName, Entry], Field(min_length=1)]
    previous: Link | None
    signer: Signer | None
    part_of: Annotated[Whole | None, Field(alias="partOf")] = None
    content: Digest

    @model_validator(mode="after")
    def _is_consistent(self) -> "Manifest":
        if list(self.subject) != sorted(set(self.subject)):
            raise ValueError("the forces are not in order, once each")
        if {MANIFEST, SIGNATURE} & self.files.keys():
            raise ValueError("a manifest does not list itself")
        if self.previous and self.previous.written > self.written:
            raise ValueError("the report before was written after it")
        if ("part_of" in self.model_fields_set) != (self.format == FORMAT):
            raise ValueError("whether it is a part of another report belongs to this format, and to no earlier one")
        if self.format == FORMAT:
            self._check_parts()
        return self

    def _check_parts(self) -> None:
        if len(self.subject) == 1:
            if any("/" in name or name == INDEX for name in self.files):
                raise ValueError("a report on one force has no folders, and no page above them")
            if self.part_of and (len(self.part_of.subject) < 2 or self.subject[0] not in self.part_of.subject):
                raise ValueError("it is not part of the report that it names")
            return
        if self.part_of:
            raise ValueError("a report on several forces is part of no other")
        folders = {folder for folder, slash, _ in (name.partition("/") for name in self.files) if slash}
        if folders != set(self.subject):
            raise ValueError("the folders are not the forces")
        if any("/" not in name and name != INDEX for name in self.files):
            raise ValueError("a file is of no force")
        sealed = [MANIFEST, SIGNATURE] if self.signer else [MANIFEST]
        if any(f"{force}/{name}" not in self.files for force in self.subject for name in sealed):
            raise ValueError("a force's report is not sealed")
        if not self.signer and any(name.endswith(f"/{SIGNATURE}") for name in self.files):
            raise ValueError("a part is signed and the whole is not")

    def of(self, force: str) -> dict[str, Entry]:
        """The entries of one force's files in a report on several forces, by name in the force's folder."""
        return {
            name.removeprefix(f"{force}/"): entry
            for name, entry in self.files.items()
            if name.startswith(f"{force}/") and name.partition("/")[2] not in (MANIFEST, SIGNATURE)
        }


def read(content: bytes) -> Manifest | None:
    """The manifest in `content`; None if it is invalid. Check a valid one with `unchanged`."""
    with suppress(ValueError, RecursionError, ValidationError):
        return Manifest.model_validate(json.loads(content.decode()))
    return None


def unchanged(content: bytes) -> bool:
    """Whether the manifest `content` is in canonical form and matches its own hash."""
    members = json.loads(content)
    return members.get("content") == content_hash(members) and readable(members).encode() == content
