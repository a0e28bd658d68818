"""What a report's pages can say of its signature: what is known of the key before anything is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bluelamp.reports.keys import fingerprint

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


@dataclass(frozen=True, slots=True)
class Signature:
    """The key that a report is signed with: the SHA-256 of its public part, and the holder that the project's
    `stacks/signers` names, empty where the key is not among them.

    It proves nothing: any page can say so. `bluelamp verify` is the proof.
    """

    fingerprint: str
    holder: str = ""


def signature(key: "Ed25519PrivateKey", known: Mapping[str, str]) -> Signature:
    """What is said of `key`; `known` has the names of the known signers by fingerprint."""
    mark = fingerprint(key.public_key())
    return Signature(mark, known.get(mark, ""))
