"""Settings of the subscriptions of the platform's areas."""

from typing import Annotated, Final, Literal, get_args

from pydantic import Field

from bluelamp.infra.settings.fields import Guid, Model

Area = Literal["connectivity", "management", "identity", "security"]
"""A part of the platform that has a management group of its own."""

AREAS: Final[tuple[Area, ...]] = get_args(Area)

Kept = Literal["connectivity", "management", "security"]
"""An area with resources that a single subscription may hold already."""


class PlatformSubscriptions(Model):
    """A subscription for each area of the platform; one may serve several."""

    connectivity: Guid | None = None
    """Hubs, firewalls, gateways, DNS and Network Watcher. By default `azure.subscriptionId`, as for each of them."""
    management: Guid | None = None
    """Logs, alerts and Arc."""
    identity: Guid | None = None
    """For domain controllers and the like, of which Bluelamp makes none."""
    security: Guid | None = None
    """The platform's vault and its keys."""
    kept: tuple[Kept, ...] | None = None
    """The areas whose resources stay in `azure.subscriptionId`, where they were made: a resource cannot move to another
    subscription. Always to be written; `[]` where nothing is deployed yet."""
    budgets: dict[Area, Annotated[float, Field(gt=0, le=1_000_000_000)]] = {}
    """GBP a month of single subscriptions, by area; by default the amount of `azure.budget` for each. Those of areas
    that share one are added up."""
