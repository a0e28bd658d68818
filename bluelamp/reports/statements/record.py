"""What a report keeps of a statement."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from bluelamp.policies.model import Control


class Status(StrEnum):
    """Whether a statement can be relied on as its author's, and if not, why; the first that applies."""

    ALTERED = "altered"
    UNSIGNED = "not signed"
    UNKNOWN_SIGNER = "unknown signer"
    NOT_STARTED = "dated in the future"
    EXPIRED = "expired"
    SIGNED = "signed"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that belongs to a statement: its path below the folder of evidence, and its SHA-256 in hex.

    `flaw` says how the file differs from what the statement says of it, empty where it does not.
    """

    path: str
    sha256: str
    flaw: str = ""


@dataclass(frozen=True, slots=True)
class StatementRecord:
    """A statement on some controls, who made it, who signed it, and for how long it counts.

    `dated` and `valid_until` are the first and the last day. `signer` is the known signer's name, or the fingerprint of
    an unknown key; empty where there is no valid signature. `why` says everything that is wrong with it.
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
        """Whether it is as a known signer signed it, and in date."""
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
