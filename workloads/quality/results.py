"""The results of executing contracts."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bluelamp.core.problems import Problem
from bluelamp.workloads.quality.checks import DIMENSIONS, Check, Dimension


class Outcome(StrEnum):
    """The outcome of a check. `not run` is inconclusive and never counts as a pass."""

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class MonthCount:
    """The rows of a month; None if there are none, as missing data is unknown, not zero."""

    month: str
    """`2018-07`."""
    rows: int | None


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a check."""

    check: Check
    outcome: Outcome
    value: float | str | None = None
    """The measured value: a count, an age in days, or the result of a query."""
    rows: int | None = None
    """The rows of the table."""
    percent: float | None = None
    """`value` as a percentage of `rows`, if the check is in percent."""
    reason: str = ""
    """The reason for the outcome; empty for a pass."""
    months: tuple[MonthCount, ...] = ()

    @property
    def stops_publication(self) -> bool:
        """Whether the result prevents the publication of data derived from the asset.

        Failed checks of severity `error` do, and those that were not run, except SLAs: missing months are no evidence
        against the supplied rows.
        """
        if self.check.severity != "error":
            return False
        return self.outcome is Outcome.FAIL or (self.outcome is Outcome.NOT_RUN and not self.check.is_sla)


@dataclass(frozen=True, slots=True)
class AssetResult:
    """The results of an asset's contract."""

    asset: str
    name: str
    results: tuple[Result, ...]
    problems: tuple[Problem, ...] = ()
    """Why its data could not be read, in whole or in part."""
    rows: Mapping[str, int] | None = None
    """Rows read, by table."""
    quarantined: int = 0
    """The number of records that are not rows of the table, such as those with a wrong number of fields."""

    @property
    def outcome(self) -> Outcome:
        """`fail` if a check of severity error fails, else `not run` if one was not run or there is none."""
        found = [each for each in self.results if each.check.severity == "error"]
        if any(each.outcome is Outcome.FAIL for each in found):
            return Outcome.FAIL
        if self.problems or not found or any(each.outcome is Outcome.NOT_RUN for each in found):
            return Outcome.NOT_RUN
        return Outcome.PASS

    @property
    def publishable(self) -> bool:
        """Whether data derived from the asset can be published."""
        return bool(self.results) and not self.problems and not any(each.stops_publication for each in self.results)

    def count(self, dimension: Dimension | None = None) -> Mapping[Outcome, int]:
        """The number of checks by outcome, of a dimension or of all."""
        chosen = (each for each in self.results if dimension in (None, each.check.dimension))
        counted = Counter(each.outcome for each in chosen)
        return {outcome: counted[outcome] for outcome in Outcome}


@dataclass(frozen=True, slots=True)
class QualityRun:
    """The results of executing the contracts of a register."""

    subject: str
    """The force or other owner of the register."""
    ended: datetime
    as_of: date
    """The reference day for ages."""
    assets: tuple[AssetResult, ...]

    def count(self, dimension: Dimension | None = None) -> Mapping[Outcome, int]:
        """The number of checks by outcome, over all assets."""
        counted: Counter[Outcome] = Counter()
        for asset in self.assets:
            counted.update(asset.count(dimension))
        return {outcome: counted[outcome] for outcome in Outcome}

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """The dimensions of the checks, in the usual order."""
        used = {each.check.dimension for asset in self.assets for each in asset.results}
        return tuple(each for each in DIMENSIONS if each in used)

    def blocked_by(self, lineage: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
        """For each asset that cannot be published, the assets that prevent it: itself or those it is derived from.

        `lineage` maps each asset to those it is directly derived from.
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
