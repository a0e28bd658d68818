"""The changes since earlier reports, and the trend of the verdict counts, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bluelamp.policies import Verdict
from bluelamp.reports.canonical import time_of


@dataclass(frozen=True, slots=True)
class Run:
    """An earlier report on the same subject: its end time (UTC), its commit and the number of each verdict."""

    time: datetime
    commit: str
    counts: Mapping[Verdict, int]
    broken: int = 0

    def as_dict(self) -> dict[str, Any]:
        """The run as JSON values."""
        return {
            "time": time_of(self.time),
            "commit": self.commit,
            "counts": dict(self.counts),
            "broken": self.broken,
        }


@dataclass(frozen=True, slots=True)
class Since:
    """The changes since `previous`.

    Findings are identified by their `key`. `new` are new failures, `fixed` former ones, and `flapping` those that were
    fixed and fail again. `ages` has the time since which each failure persists. `trend` has all runs, the oldest first
    and this one last.
    """

    previous: Run | None = None
    new: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    flapping: tuple[str, ...] = ()
    ages: Mapping[str, datetime] = field(default_factory=dict)
    trend: tuple[Run, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The change as JSON values."""
        return {
            "previous": self.previous.as_dict() if self.previous else None,
            "new": list(self.new),
            "fixed": list(self.fixed),
            "flapping": list(self.flapping),
            "ages": {key: time_of(moment) for key, moment in sorted(self.ages.items())},
            "trend": [run.as_dict() for run in self.trend],
        }
