"""The signing key as a report's pages show it, known before the report is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bluelamp.reports.keys import fingerprint

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


@dataclass(frozen=True, slots=True)
class Signature:
    """The signing key of a report: the SHA-256 of the public key, and its holder as named in `stacks/signers`.

    `holder` is empty for an unknown key. This proves nothing, as any page can contain it; `bluelamp verify` checks the
    signature.
    """

    fingerprint: str
    holder: str = ""


def signature(key: "Ed25519PrivateKey", known: Mapping[str, str]) -> Signature:
    """The description of `key`; `known` has the names of the known signers by fingerprint."""
    digest = fingerprint(key.public_key())
    return Signature(digest, known.get(digest, ""))
