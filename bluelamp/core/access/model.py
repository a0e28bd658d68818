"""The typed access policy."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from bluelamp.core.fields import Day, Label, Model, Network, Text, matching

Device = Literal["managed", "unmanaged"]
DEVICES: Final[tuple[Device, ...]] = ("managed", "unmanaged")
"""Whether Entra ID reports the device as compliant with the force's settings."""

FORCE: Final = "force"
"""The force's own network."""
INTERNET: Final = "internet"
"""Every address outside the named networks."""
ANY: Final = "any"
"""All values of an axis."""

FULL: Final = "full"
"""The unmasked view of an asset."""
OPEN: Final = "open"
"""The published view of an asset: counts, with small counts suppressed."""

_GUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"

Guid = Annotated[
    str, AfterValidator(matching(_GUID, "is not an object id", "for example 6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e01"))
]
"""An id in Entra ID, in lower case."""

Path = Annotated[
    str,
    AfterValidator(
        matching(
            r"[a-z0-9][a-z0-9_-]*(/[a-z0-9][a-z0-9_-]*)*",
            "is not a path in the lake",
            "lower-case letters, digits, hyphens and underscores, with / between folders",
        )
    ),
]
"""A folder in a container of the lake, without `/` at either end."""

Names = Annotated[tuple[Label, ...], Field(min_length=1)]
"""Names that the policy declares, or only `any`."""


class Persona(Model):
    """A kind of user, by what they do."""

    title: Text
    kind: Literal["staff", "partner", "public"]
    group: Guid | None = None
    """Of staff: the group in Entra ID whose members may ask for access."""
    application: Guid | None = None
    """Of a partner: the application in Entra ID by which its systems sign in to the interface."""


class LakePath(Model):
    """The location of an asset in the data lake."""

    container: Label
    path: Path


class Application(Model):
    """The application in Entra ID by which people reach a system."""

    client: Guid
    """The application (client) id, which conditional access names."""
    service_principal: Guid
    """The object id of the enterprise application, to which groups are assigned."""


class OpenData(Model):
    """The published part of an asset: counts by columns."""

    table: Text
    by: Annotated[tuple[Text, ...], Field(min_length=1, examples=["[lsoa, month]"])]
    minimum: Annotated[int, Field(ge=3, le=100)] = 5
    """The smallest count that is published; a smaller one is suppressed."""


class AccessAsset(Model):
    """The places where people, partners and the public read an asset of the register, and its masked views."""

    lake: LakePath | None = None
    application: Application | None = None
    api: Label | None = None
    """The path of the interface by which partners read it."""
    open: OpenData | None = None
    masks: Mapping[Label, tuple[Text, ...]] = {}
    """Views by name, each with the columns that it leaves out."""


class Rule(Model):
    """A rule that allows or denies personas access to assets, by purpose, network and device."""

    id: Annotated[Label, Field(max_length=40)]
    effect: Literal["allow", "deny"]
    personas: Names
    assets: Names
    purposes: Names
    networks: Names
    devices: Annotated[tuple[Literal["managed", "unmanaged", "any"], ...], Field(min_length=1)]
    mask: Label | None = None
    """The view that is shown, by its name in `masks` of every asset; the whole asset when left out."""
    agreement: Text | None = None
    """The reference of a sharing agreement in the contract of every asset; required for partners and the public."""
    expires: Day | None = None
    """The last day; access also ends with the agreement."""
    because: Text | None = None
    """Why, for whoever reads the policy."""

    @property
    def allows(self) -> bool:
        """Whether it allows; otherwise it denies."""
        return self.effect == "allow"


Axes = tuple[frozenset[str], frozenset[str], frozenset[str], frozenset[str], frozenset[str]]
"""Personas, assets, purposes, networks and devices."""


class AccessPolicy(Model):
    """A force's access policy."""

    networks: Mapping[Label, Annotated[tuple[Network, ...], Field(min_length=1)]]
    """Public address ranges by name, `force` among them; everything else is `internet`."""
    purposes: Annotated[Mapping[Label, Text], Field(min_length=1)]
    personas: Annotated[Mapping[Label, Persona], Field(min_length=1)]
    assets: Annotated[Mapping[Label, AccessAsset], Field(min_length=1)]
    rules: tuple[Rule, ...] = ()
    agreements: Mapping[str, date] = {}
    """The last day of each sharing agreement that a rule names, from the register; not written in the file."""

    @cached_property
    def axes(self) -> Axes:
        """Every value of each axis."""
        return (
            frozenset(self.personas),
            frozenset(self.assets),
            frozenset(self.purposes),
            frozenset({*self.networks, INTERNET}),
            frozenset(DEVICES),
        )

    def covers(self, rule: Rule) -> Axes:
        """The cells that `rule` covers: a set of values for each axis, with `any` expanded."""
        return self._covered[rule.id]

    @cached_property
    def _covered(self) -> dict[str, Axes]:
        found: dict[str, Axes] = {}
        for rule in self.rules:
            named = (rule.personas, rule.assets, rule.purposes, rule.networks, rule.devices)
            sets = [every if ANY in names else frozenset(names) for names, every in zip(named, self.axes, strict=True)]
            found[rule.id] = (sets[0], sets[1], sets[2], sets[3], sets[4])
        return found

    def ends(self, rule: Rule) -> date | None:
        """The last day on which `rule` allows something: its own, or its agreement's; None where there is none."""
        days = [day for day in (rule.expires, self.agreements.get(rule.agreement or "")) if day is not None]
        return min(days, default=None)

    def is_open(self, rule: Rule, day: date) -> bool:
        """Whether `rule` allows and has not expired on `day`."""
        ends = self.ends(rule)
        return rule.allows and (ends is None or day <= ends)

    def view(self, rule: Rule, persona: str) -> str:
        """The view of its assets that `rule` shows to a persona."""
        return OPEN if self.personas[persona].kind == "public" else rule.mask or FULL
