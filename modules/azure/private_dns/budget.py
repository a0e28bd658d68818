"""Estimated delay of a deployment from DNS API throttling."""

from dataclasses import dataclass

READS, WRITES = 500, 1000
"""Requests that Azure allows in `WINDOW` minutes: reads of public and private DNS, and writes of Microsoft.Network
("Understand how Azure Resource Manager throttles requests")."""

WINDOW = 5
"""The throttling window in minutes."""

READS_OF_ONE = 3
"""Reads to create one zone or link: existence check, at least one status poll, and the final read."""


@dataclass(frozen=True)
class DnsBudget:
    """The DNS API requests to create `zones` with `links` in total."""

    zones: int
    links: int

    @property
    def reads(self) -> int:
        """Reads for a first deployment."""
        return READS_OF_ONE * self.writes

    @property
    def writes(self) -> int:
        """Writes for a first deployment; also the reads of one refresh."""
        return self.zones + self.links

    @property
    def minutes(self) -> int:
        """Throttling delay of a first deployment in minutes; 0 if all requests fit in one window."""
        return WINDOW * max(_waits(self.reads, READS), _waits(self.writes, WRITES))

    @property
    def refresh_minutes(self) -> int:
        """Throttling delay of every later refresh in minutes."""
        return WINDOW * _waits(self.writes, READS)

    @property
    def avoidable(self) -> bool:
        """Whether fewer links would shorten the delay."""
        return self.links > _HUBS * self.zones

    @property
    def warning(self) -> str:
        """The warning before a deployment; empty without throttling."""
        if not self.minutes:
            return ""
        text = (
            f"{self.zones} private DNS zones and {self.links} links take about {self.reads} reads, of which Azure "
            f"allows {READS} in {WINDOW} minutes: creating them all adds a wait of about {self.minutes} minutes"
        )
        if self.refresh_minutes:
            text += f", and every refresh {self.refresh_minutes}"
        if self.avoidable:
            return f"{text}. Link only the networks with a DNS resolver; spokes ask it and need no links."
        return f"{text}. The deployment waits by itself; nothing has to be done."


def dns_budget(zones: int, networks: int) -> DnsBudget:
    """The budget of `zones` zones, each linked to `networks` virtual networks.

    Raises `ValueError` for more links than Azure allows for a zone (1,000).
    """
    if networks > _MOST_LINKS:
        raise ValueError(f"a private DNS zone takes {_MOST_LINKS} links; found {networks} networks")
    return DnsBudget(zones, zones * networks)


_MOST_LINKS = 1000
_HUBS = 2
"""Networks with a resolver: a hub in each region. At least these must be linked."""


def _waits(requests: int, allowed: int) -> int:
    """The number of windows that pass before the last request is accepted."""
    return max(0, -(-requests // allowed) - 1)
