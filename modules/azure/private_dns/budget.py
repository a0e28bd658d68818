"""How long the DNS API makes a deployment wait: the arithmetic of its throttle."""

from dataclasses import dataclass

READS, WRITES = 500, 1000
"""What Azure allows in `WINDOW` minutes: reads of public and private DNS together, and writes of Microsoft.Network
("Understand how Azure Resource Manager throttles requests")."""

WINDOW = 5
"""Minutes."""

READS_OF_ONE = 3
"""Reads that making one zone or link takes: is it there, is it done (asked once at least), what has become of it."""


@dataclass(frozen=True)
class DnsBudget:
    """What making `zones` with `links` in all asks of the DNS API."""

    zones: int
    links: int

    @property
    def reads(self) -> int:
        """Reads to make everything from nothing."""
        return READS_OF_ONE * self.writes

    @property
    def writes(self) -> int:
        """Writes to make everything from nothing, which are also the reads of one refresh."""
        return self.zones + self.links

    @property
    def minutes(self) -> int:
        """Minutes for which Azure refuses requests while everything is made; 0 where it all fits in one window."""
        return WINDOW * max(_waits(self.reads, READS), _waits(self.writes, WRITES))

    @property
    def refresh_minutes(self) -> int:
        """Minutes for which Azure refuses requests in every later refresh."""
        return WINDOW * _waits(self.writes, READS)

    @property
    def avoidable(self) -> bool:
        """Whether fewer links would shorten the wait."""
        return self.links > _HUBS * self.zones

    @property
    def warning(self) -> str:
        """What to tell before deploying; empty where nothing is throttled."""
        if not self.minutes:
            return ""
        text = (
            f"{self.zones} private DNS zones and {self.links} links take about {self.reads} reads, of which Azure "
            f"allows {READS} in {WINDOW} minutes: making them all waits about {self.minutes} minutes"
        )
        if self.refresh_minutes:
            text += f", and every refresh {self.refresh_minutes}"
        if self.avoidable:
            return f"{text}. Link only the networks with a DNS resolver; spokes ask it and need no links."
        return f"{text}. The deployment waits by itself; nothing has to be done."


def dns_budget(zones: int, networks: int) -> DnsBudget:
    """The budget of `zones` each linked to `networks` virtual networks.

    Raises `ValueError` for more networks than Azure links to a zone (1,000).
    """
    if networks > _MOST_LINKS:
        raise ValueError(f"a private DNS zone takes {_MOST_LINKS} links, {networks} networks are given")
    return DnsBudget(zones, zones * networks)


_MOST_LINKS = 1000
_HUBS = 2
"""Networks that have a resolver: a hub in each region. No fewer can be linked."""


def _waits(requests: int, allowed: int) -> int:
    """How many windows have to pass before the last of the requests is let through."""
    return max(0, -(-requests // allowed) - 1)
