"""A statement as recorded in a report."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from bluelamp.policies.model import Control


class Status(StrEnum):
    """Whether a statement is authentic and in date, or the first reason why not."""

    ALTERED = "altered"
    UNSIGNED = "not signed"
    UNKNOWN_SIGNER = "unknown signer"
    NOT_STARTED = "dated in the future"
    EXPIRED = "expired"
    SIGNED = "signed"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file attached to a statement: its path in the evidence folder, and its SHA-256 in hexadecimal.

    `flaw` is how the file differs from the statement's record of it; empty if it does not.
    """

    path: str
    sha256: str
    flaw: str = ""


@dataclass(frozen=True, slots=True)
class StatementRecord:
    """A statement about controls, with its author, signer and validity.

    `dated` and `valid_until` are the first and the last day of validity. `signer` is the known signer's name, or the
    fingerprint of an unknown key; empty without a valid signature. `why` lists every problem.
    """

    id: str
    file: str
    controls: tuple[Control, ...]
    statement: str
    role: str
    email: str
    dated: date
    valid_until: date
    attachments: tuple[Attachment, ...]
    status: Status
    signer: str = ""
    fingerprint: str = ""
    why: str = ""

    @property
    def holds(self) -> bool:
        """Whether it has a valid signature of a known signer and is in date."""
        return self.status is Status.SIGNED

    def as_dict(self) -> dict[str, Any]:
        """The statement as JSON; dates are ISO 8601."""
        return {
            "id": self.id,
            "file": self.file,
            "controls": [str(control) for control in self.controls],
            "statement": self.statement,
            "author": {"role": self.role, "email": self.email},
            "date": self.dated.isoformat(),
            "validUntil": self.valid_until.isoformat(),
            "files": [{"path": each.path, "sha256": each.sha256, "flaw": each.flaw} for each in self.attachments],
            "status": self.status,
            "signer": self.signer,
            "fingerprint": self.fingerprint,
            "why": self.why,
        }
