"""Runs the analysis: from the published single view to the evidence and, if the model is usable, a forecast."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bluelamp.workloads.patterns.anomalies import YEAR, Detected, detect
from bluelamp.workloads.patterns.backtest import Backtest, backtest
from bluelamp.workloads.patterns.demand import RESOLUTION, Account, Demand, count
from bluelamp.workloads.patterns.model import LEAST_YEARS, Expected, gamma_poisson, same_months
from bluelamp.workloads.quality.compile import every_month

ALL: Final = "all types"


@dataclass(frozen=True, slots=True)
class Result:
    """One geography."""

    demand: Demand
    backtest: Backtest
    tested: Expected | None
    """The prediction of the tested month; None if nothing could be tested."""
    forecast: Expected | None
    """None if the model is not usable."""


@dataclass(frozen=True, slots=True)
class Patterns:
    """The results of a run."""

    force: str | None
    resolution: int
    account: Account
    lsoa: Result
    h3: Result
    anomalies: tuple[Detected, ...]

    @property
    def results(self) -> tuple[Result, Result]:
        """By geography."""
        return self.lsoa, self.h3

    @property
    def usable(self) -> tuple[Result, ...]:
        """The results with a usable model, which can be published."""
        return tuple(each for each in self.results if each.forecast is not None)


Model = Callable[[Demand, Sequence[str], str], Expected]


def run(
    view: Path, *, force: str | None = None, resolution: int = RESOLUTION, model: Model = gamma_poisson
) -> Patterns:
    """Counts the events, tests the model and, if it is usable, forecasts. Writes nothing.

    Raises `SettingsError` if the view is invalid.
    """
    counted = count(view, force=force, resolution=resolution)
    return Patterns(
        force,
        resolution,
        counted.account,
        _result(counted.lsoa, model),
        _result(counted.h3, model),
        _anomalies(counted.lsoa),
    )


def _result(demand: Demand, model: Model) -> Result:
    tested, predicted = backtest(demand, model)
    target = next_month(demand.months) if tested.usable else None
    forecast = model(demand, same_months(demand.months, target), target) if target else None
    return Result(demand, tested, predicted, forecast)


def next_month(months: Sequence[str]) -> str | None:
    """The first month after the newest with enough earlier years; None if there is none within a year."""
    newest = months[-1]
    year, month = int(newest[:4]), int(newest[5:])
    for ahead in range(1, YEAR + 1):
        over, index = divmod(month - 1 + ahead, YEAR)
        candidate = f"{year + over:04d}-{index + 1:02d}"
        if len(same_months(months, candidate)) >= LEAST_YEARS:
            return candidate
    return None


def _anomalies(demand: Demand) -> tuple[Detected, ...]:
    months = every_month(demand.months[0], demand.months[-1])
    series: list[tuple[str, Any]] = [(ALL, None), *((each, each) for each in demand.types)]
    return tuple(
        detect(name, months, {each: demand.total(each, type_) for each in demand.months}) for name, type_ in series
    )
