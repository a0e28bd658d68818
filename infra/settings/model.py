"""The typed model of a force's settings."""

from typing import Annotated, Final, Literal

from pydantic import Field

from bluelamp.infra.settings.azure import Azure
from bluelamp.infra.settings.fields import Identifier, Model, Tier
from bluelamp.infra.settings.on_premises import OnPremises, Owner
from bluelamp.infra.settings.profiles import Components, Level, Profile, is_on, level
from bluelamp.infra.settings.register import Allocation, Entry


class Classification(Model):
    """The Government Security Classification of what the estate holds: a tier, and a marking inside it."""

    tier: Tier = "OFFICIAL"
    handling: Literal["SENSITIVE"] | None = None
    descriptor: Identifier | None = None

    @property
    def marking(self) -> str:
        """As it is written: `OFFICIAL`, `OFFICIAL-SENSITIVE`, `SECRET`."""
        return "-".join(part for part in (self.tier, self.handling) if part)


class Settings(Model):
    """The settings below `config:` in a force's stack file, without the prefix `bluelamp:`."""

    owner: Annotated[Owner, Field(examples=["{role: Head of Digital, email: platform.owner@force.police.example}"])]
    cost_centre: Annotated[Identifier, Field(examples=["ICT-4100"])]
    environment: Literal["prod", "preprod", "test", "dev"] = "prod"
    classification: Classification = Classification()
    roadmap_milestone: Identifier = "first-steps"
    """Id of the milestone in the force's roadmap that this estate serves."""
    profile: Profile = "starter"
    """The extent of the landing zone; each profile has everything in the one before it."""
    components: Components = Components()
    version_aliases: Literal["drop", "keep"] = "drop"
    """`keep` leaves azure-native's aliases of older type tokens on; only a state that holds such tokens needs them."""
    azure: Azure | None = None
    on_premises: OnPremises | None = None


class Force(Settings):
    """A police force, from the register, with its settings and all defaults."""

    entry: Entry

    @property
    def slug(self) -> str:
        """The force's id, which is also its stack's name: `west-midlands`."""
        return self.entry.slug

    @property
    def name(self) -> str:
        """`West Midlands Police`."""
        return self.entry.name

    @property
    def code(self) -> str:
        """Two to five lower-case letters, unique, for resource names: `wmp`."""
        return self.entry.code

    @property
    def allocation(self) -> Allocation:
        """The address ranges of this force."""
        return self.entry.allocation

    @property
    def shape(self) -> Literal["hybrid", "cloud", "on-premises"]:
        """The halves of the estate that the force has: Azure, on premises, or both."""
        if self.azure and self.on_premises:
            return "hybrid"
        return "cloud" if self.azure else "on-premises"

    def has(self, component: str) -> bool:
        """Whether the force has a component, by its name in the settings: `force.has("sentinel")`."""
        return is_on(self._chosen(component), component)

    def level(self, component: str) -> Level:
        """The level of a component: the force's own, or the profile's."""
        return level(self._chosen(component), component)

    def _chosen(self, component: str) -> dict[str, object]:
        """The settings that determine one component's level; reads no others, as `bluelamp explain` records reads."""
        own = getattr(self.components, _FIELDS[component])
        return {"components": {component: own}} if own else {"profile": self.profile}


_FIELDS: Final = {info.alias or name: name for name, info in Components.model_fields.items()}
"""The attribute of each component, by its name in the settings."""
