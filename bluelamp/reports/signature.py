"""The signing key as a report's pages show it, known before the report is written."""

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

    It is no proof, as any page can contain it; `bluelamp verify` checks the signature.
    """

    fingerprint: str
    holder: str = ""


def signature(key: "Ed25519PrivateKey", known: Mapping[str, str]) -> Signature:
    """The description of `key`; `known` has the names of the known signers by fingerprint."""
    mark = fingerprint(key.public_key())
    return Signature(mark, known.get(mark, ""))
