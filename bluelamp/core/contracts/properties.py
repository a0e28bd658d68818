"""Bluelamp's custom properties of a data contract, for policing requirements that the standard does not cover.

In a contract they are rows of `customProperties`, on the contract or on a server, without a `vendor` or with
`vendor: bluelamp`. Rows of other vendors are kept and not read.
"""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from bluelamp.core import identity
from bluelamp.core.contracts.places import Place
from bluelamp.core.fields import Day, Label, Model, Text, refuse
from bluelamp.core.source import show

Marking = Literal["OFFICIAL", "OFFICIAL-SENSITIVE", "SECRET", "TOP SECRET"]
"""The Government Security Classification as it is written, tier and handling together."""

MARKINGS: tuple[Marking, ...] = ("OFFICIAL", "OFFICIAL-SENSITIVE", "SECRET", "TOP SECRET")
"""From the lowest to the highest."""

Entity = Literal["person", "object", "location", "event"]
"""The four kinds of entity of the POLE data standard."""

RetentionGroup = Literal["group-1", "group-2", "group-3", "group-4", "other"]
"""The groups of the Authorised Professional Practice on the management of police information; `other` is outside it."""

_ROLE_NOUNS = re.compile(
    r"\b(administrator|analyst|auditor|board|chief|commander|commissioner|constable|controller|coordinator|custodian|"
    r"department|desk|director|engineer|executive|head|inspector|lead|leader|manager|officer|owner|principal|registrar|"
    r"registry|secretary|sergeant|specialist|steward|superintendent|supervisor|team|unit)\b",
    re.IGNORECASE,
)


_SHORT_ROLES = frozenset({"caldicott guardian", "ciso", "cto", "cio", "dpo", "iao", "siro"})


def _role(value: str) -> str:
    try:
        text = identity.role(value)
    except identity.IdentityError as error:
        raise refuse(f"{show(value)} {error}", "a post, such as Head of Criminal Justice") from None
    if not _ROLE_NOUNS.search(text) and text.casefold() not in _SHORT_ROLES:
        raise refuse(
            f"{show(value)} is not a role",
            "a role names a post: Head of Criminal Justice, Records Manager",
            "name the post, not the person who holds it",
        )
    return text


def _mailbox(value: str) -> str:
    try:
        return identity.address(value)
    except identity.IdentityError as error:
        raise refuse(f"{show(value)} {error}", "for example records.manager@force.police.example") from None


Role = Annotated[Text, AfterValidator(_role), Field(examples=["Head of Criminal Justice"])]
"""A post, never the person who holds it."""

Mailbox = Annotated[str, AfterValidator(_mailbox), Field(examples=["records.manager@force.police.example"])]
"""The e-mail address of a post."""


class Steward(Model):
    """The information asset's steward, responsible for it day to day."""

    role: Role
    email: Mailbox


class AssetOwner(Steward):
    """The information asset owner. Without `agreed`, the day on which the owner accepted, the owner is proposed."""

    agreed: Day | None = None


class LawfulBasis(Model):
    """The regime the processing falls under, and the basis in it."""

    regime: Literal["dpa-part-3", "uk-gdpr"]
    """`dpa-part-3`: law enforcement processing, Part 3 of the Data Protection Act 2018. `uk-gdpr`: everything else."""
    basis: Annotated[Text, Field(examples=["section 35(2)(b): performance of a task by a competent authority"])]


class Dpia(Model):
    """The data protection impact assessment."""

    reference: Text
    approved: Day
    review: Day | None = None


class LegalHold(Model):
    """A duty to keep what would otherwise be disposed of, such as a public inquiry's."""

    reference: Text
    since: Day
    until: Day | None = None
    """The last day; None while no end is set."""


class Agreement(Model):
    """An information sharing agreement with another organisation."""

    reference: Text
    partner: Text
    purpose: Text
    expires: Day
    outside_uk: bool = False
    """Whether it permits a transfer out of the United Kingdom."""
    public: bool = False
    """Whether it permits publication."""
    lower_classification: bool = False
    """Whether it permits a release at a lower classification, such as of aggregated figures."""


class AssetProperties(Model):
    """Bluelamp's additions to a contract."""

    pole: tuple[Entity, ...] = ()
    classification: Marking
    lawful_basis: LawfulBasis | None = None
    """None for an asset without personal data."""
    dpia: Dpia | None = None
    retention_group: RetentionGroup
    legal_holds: tuple[LegalHold, ...] = ()
    information_asset_owner: AssetOwner
    steward: Steward | None = None
    sharing_agreements: tuple[Agreement, ...] = ()
    source_systems: tuple[Text, ...] = ()
    lineage: tuple[Label, ...] = ()
    """Ids of the assets that this one is derived from."""


class PlacementProperties(Model):
    """Bluelamp's properties of a server in a contract: the location of the copy, and the resource that holds it."""

    location: Place
    resource: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    """The name of the resource in the force's program that holds the data, as `bluelamp check` prints it; `*` stands
    for any text, such as in `landing-zone-*-vault-vault`. None for a system that Bluelamp does not deploy."""
    public: bool = False
    """Whether the copy may be read from the Internet."""
