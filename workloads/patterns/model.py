"""The gamma-Poisson model of the expected count of each area and type, and the naive baselines.

The history is the same calendar month of earlier years, so that seasonality need not be estimated.

- An area's rate of a type is gamma distributed around the product of the type's total and the area's share: the less
  history, the more it is shrunk towards that.
- The level of a type is that of its last year. It drifts from year to year, with the variance of all types over the
  years of the history, so that intervals widen if recording or behaviour changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import expm1, inf, log, sqrt
from typing import Final

from bluelamp.workloads.patterns.demand import Demand
from bluelamp.workloads.patterns.negative_binomial import Interval, intervals

LEVELS: Final = (0.8, 0.95)
LEAST_YEARS: Final = 2
"""The minimum years of history to estimate the drift."""
_PSEUDO: Final = 1
"""The pseudo-count of each area in its share, so that no area has an expected count of zero."""
_NEVER: Final = 0.5
"""The count of a type that is not in the history, as it may still occur."""
_LARGEST: Final = 1e6


@dataclass(frozen=True, slots=True)
class Expected:
    """The expected count of each area and type in `month`, in the order of the demand's areas."""

    name: str
    month: str
    history: tuple[str, ...]
    means: dict[str, list[float]]
    shapes: dict[str, list[float]]
    """The shape of the gamma distribution of each rate, without the drift."""
    drift: float
    """The standard deviation of the log change of the level up to `month`."""

    def total(self, type_: str | None = None) -> float:
        """The expected count of all areas, of one type or all."""
        return sum(sum(self.means[each]) for each in ([type_] if type_ else self.means))

    def interval(self, type_: str, area: int, levels: Sequence[float] = LEVELS) -> tuple[Interval, ...]:
        """The prediction intervals of one area and type."""
        mean = self.means[type_][area]
        return intervals(mean, self._size(mean, mean * mean / self.shapes[type_][area]), levels)

    def interval_of(
        self, types: Sequence[str], areas: Sequence[int] | None = None, levels: Sequence[float] = LEVELS
    ) -> tuple[Interval, ...]:
        """The prediction intervals of a sum over types and areas.

        Levels are assumed to be fully correlated, so the interval of a sum over types is the widest possible.
        """
        mean = own = 0.0
        for type_ in types:
            for area in range(len(self.means[type_])) if areas is None else areas:
                mean += self.means[type_][area]
                own += self.means[type_][area] ** 2 / self.shapes[type_][area]
        return intervals(mean, self._size(mean, own), levels)

    def _size(self, mean: float, own: float) -> float:
        """The size of the negative binomial with this mean, the rates' variance `own` and the drift's variance."""
        spread = expm1(self.drift**2) + (own / mean**2 if mean else 0.0)
        return 1 / spread if spread else inf


def same_months(months: Sequence[str], month: str) -> tuple[str, ...]:
    """The same calendar month as `month` in earlier years."""
    return tuple(each for each in months if each[5:] == month[5:] and each < month)


def last_year(demand: Demand, history: Sequence[str], month: str) -> Expected:
    """The naive baseline of last year's counts."""
    means = {type_: [float(each) for each in demand.counts[type_][history[-1]]] for type_ in demand.types}
    return _plain("last year", means, history, month)


def mean(demand: Demand, history: Sequence[str], month: str) -> Expected:
    """The naive baseline of the mean of the history."""
    means = {type_: [sum(each) / len(history) for each in _by_area(demand, type_, history)] for type_ in demand.types}
    return _plain("mean", means, history, month)


def _plain(name: str, means: dict[str, list[float]], history: Sequence[str], month: str) -> Expected:
    return Expected(
        name, month, tuple(history), means, {type_: [inf] * len(each) for type_, each in means.items()}, 0.0
    )


def gamma_poisson(demand: Demand, history: Sequence[str], month: str) -> Expected:
    """The model. Raises `ValueError` for a history of fewer than `LEAST_YEARS`."""
    if len(history) < LEAST_YEARS:
        raise ValueError(f"the history has {len(history)} years; at least {LEAST_YEARS} are needed")
    shares = _shares(demand, history)
    means, shapes = {}, {}
    for type_ in demand.types:
        seen = [sum(each) for each in _by_area(demand, type_, history)]
        prior = [max(sum(seen), _NEVER) * share for share in shares]
        shape = _shape(seen, prior)
        rates = [(shape + n) / (shape / at + 1) for n, at in zip(seen, prior, strict=True)]
        # Scale the rates of the whole history to one year, with the last year's total.
        level = max(demand.total(history[-1], type_), _NEVER) / sum(rates)
        means[type_] = [rate * level for rate in rates]
        shapes[type_] = [shape + n for n in seen]
    return Expected("gamma-Poisson", month, tuple(history), means, shapes, _drift(demand, history, month))


def _by_area(demand: Demand, type_: str, history: Sequence[str]) -> list[tuple[int, ...]]:
    return list(zip(*(demand.counts[type_][month] for month in history), strict=True))


def _shares(demand: Demand, history: Sequence[str]) -> list[float]:
    """The share of each area in all events."""
    totals = [0.0] * len(demand.areas)
    for type_ in demand.types:
        for area, each in enumerate(_by_area(demand, type_, history)):
            totals[area] += sum(each)
    total = sum(totals) + _PSEUDO * len(totals)
    return [(each + _PSEUDO) / total for each in totals]


def _shape(seen: Sequence[int], prior: Sequence[float]) -> float:
    """The shape of the gamma distribution around `prior`, by the method of moments."""
    extra = sum((n - at) ** 2 - at for n, at in zip(seen, prior, strict=True))
    squares = sum(at * at for at in prior)
    return min(squares / extra, _LARGEST) if extra > 0 and squares > 0 else _LARGEST


def _drift(demand: Demand, history: Sequence[str], month: str) -> float:
    """The root mean square of the types' yearly log changes, scaled to the years up to `month`."""
    changes = []
    for before, after in pairwise(history):
        years = int(after[:4]) - int(before[:4])
        for type_ in demand.types:
            change = log((demand.total(after, type_) + 0.5) / (demand.total(before, type_) + 0.5))
            changes.append(change**2 / years)
    ahead = int(month[:4]) - int(history[-1][:4])
    return sqrt(sum(changes) / len(changes) * ahead) if changes else 0.0
