"""What executing contracts finds out."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bluelamp.core.problems import Problem
from bluelamp.workloads.quality.checks import DIMENSIONS, Check, Dimension


class Outcome(StrEnum):
    """What became of a check. `not run` says that it is not known; it never counts as a pass."""

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class MonthCount:
    """The rows of a month; None where there are none, as what was not supplied is unknown and not zero."""

    month: str
    """`2018-07`."""
    rows: int | None


@dataclass(frozen=True, slots=True)
class Result:
    """One check, judged."""

    check: Check
    outcome: Outcome
    value: float | str | None = None
    """What was measured: a count, days of age, or what a query returned."""
    rows: int | None = None
    """The rows of the table."""
    percent: float | None = None
    """`value` in percent of `rows`, where the check is in percent."""
    reason: str = ""
    """What was found, in words; empty for a pass."""
    months: tuple[MonthCount, ...] = ()

    @property
    def stops_publication(self) -> bool:
        """Whether what depends on the asset may not be published.

        A failed or unjudged check of severity `error` stops it. An SLA that cannot be judged does not: months that
        were not supplied say nothing against the rows that were.
        """
        if self.check.severity != "error":
            return False
        return self.outcome is Outcome.FAIL or (self.outcome is Outcome.NOT_RUN and not self.check.is_sla)


@dataclass(frozen=True, slots=True)
class AssetResult:
    """The contract of one asset, executed."""

    asset: str
    name: str
    results: tuple[Result, ...]
    problems: tuple[Problem, ...] = ()
    """Why its data, or some of it, could not be read."""
    rows: Mapping[str, int] | None = None
    """Rows read, by table."""
    quarantined: int = 0
    """Records of its files that are not rows of the table, such as those with another number of fields."""

    @property
    def outcome(self) -> Outcome:
        """`fail` where a check of severity error fails, `not run` where one could not be judged or there is none."""
        found = [each for each in self.results if each.check.severity == "error"]
        if any(each.outcome is Outcome.FAIL for each in found):
            return Outcome.FAIL
        if self.problems or not found or any(each.outcome is Outcome.NOT_RUN for each in found):
            return Outcome.NOT_RUN
        return Outcome.PASS

    @property
    def publishable(self) -> bool:
        """Whether what is derived from the asset may be published."""
        return bool(self.results) and not self.problems and not any(each.stops_publication for each in self.results)

    def count(self, dimension: Dimension | None = None) -> Mapping[Outcome, int]:
        """How many checks have each outcome, of one dimension or of all."""
        chosen = (each for each in self.results if dimension in (None, each.check.dimension))
        counted = Counter(each.outcome for each in chosen)
        return {outcome: counted[outcome] for outcome in Outcome}


@dataclass(frozen=True, slots=True)
class QualityRun:
    """The contracts of a register, executed at one time."""

    subject: str
    """The force, or what else the register belongs to."""
    ended: datetime
    as_of: date
    """The day that ages are counted to."""
    assets: tuple[AssetResult, ...]

    def count(self, dimension: Dimension | None = None) -> Mapping[Outcome, int]:
        """How many checks have each outcome, over all assets."""
        counted: Counter[Outcome] = Counter()
        for asset in self.assets:
            counted.update(asset.count(dimension))
        return {outcome: counted[outcome] for outcome in Outcome}

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """The dimensions that any check belongs to, in their usual order."""
        used = {each.check.dimension for asset in self.assets for each in asset.results}
        return tuple(each for each in DIMENSIONS if each in used)

    def blocked_by(self, lineage: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
        """For each asset that may not be published: the assets, itself or those it is derived from, that stop it.

        `lineage` gives the assets that each asset is directly derived from.
        """
        bad = {each.asset for each in self.assets if not each.publishable}
        found = {}
        for asset in lineage.keys() | bad:
            waiting, seen = [asset], {asset}
            while waiting:
                for before in lineage.get(waiting.pop(), ()):
                    if before not in seen:
                        seen.add(before)
                        waiting.append(before)
            if seen & bad:
                found[asset] = tuple(sorted(seen & bad))
        return dict(sorted(found.items()))
