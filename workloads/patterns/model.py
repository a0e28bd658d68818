"""What the next count of each area and type is expected to be: a gamma-Poisson model, and what it has to beat.

The history is the same calendar month of earlier years, so that no season has to be estimated.

- An area's rate of a type is gamma distributed around what the type and the area alone would give: little history is
  drawn towards that, and much history speaks for itself.
- The level of a type is that of its last year. It drifts from year to year, by a factor whose spread is that of all
  types over the years of the history. So intervals widen where recording or behaviour change.
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
"""Years of history without which the drift cannot be estimated."""
_PSEUDO: Final = 1
"""Events added to each area when shares are taken: no area is expected to have none."""
_NEVER: Final = 0.5
"""The count of a type that the history has not: it may come."""
_LARGEST: Final = 1e6


@dataclass(frozen=True, slots=True)
class Expected:
    """The expected count of each area and type in `month`, in the order of the demand's areas."""

    name: str
    month: str
    history: tuple[str, ...]
    means: dict[str, list[float]]
    shapes: dict[str, list[float]]
    """Of the gamma distribution of each rate, drift apart."""
    drift: float
    """The standard deviation of the logarithm of the level's change up to `month`."""

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

        All levels are taken to move together, so the interval of a sum over types is the widest that fits.
        """
        mean = own = 0.0
        for type_ in types:
            for area in range(len(self.means[type_])) if areas is None else areas:
                mean += self.means[type_][area]
                own += self.means[type_][area] ** 2 / self.shapes[type_][area]
        return intervals(mean, self._size(mean, own), levels)

    def _size(self, mean: float, own: float) -> float:
        """Of the negative binomial with this mean, the variance `own` of the rates and that of the drift."""
        spread = expm1(self.drift**2) + (own / mean**2 if mean else 0.0)
        return 1 / spread if spread else inf


def same_months(months: Sequence[str], month: str) -> tuple[str, ...]:
    """The months of earlier years that are the same calendar month as `month`."""
    return tuple(each for each in months if each[5:] == month[5:] and each < month)


def last_year(demand: Demand, history: Sequence[str], month: str) -> Expected:
    """The naive baseline that nothing changes."""
    means = {type_: [float(each) for each in demand.counts[type_][history[-1]]] for type_ in demand.types}
    return _plain("last year", means, history, month)


def mean(demand: Demand, history: Sequence[str], month: str) -> Expected:
    """The naive baseline of the average year."""
    means = {type_: [sum(each) / len(history) for each in _by_area(demand, type_, history)] for type_ in demand.types}
    return _plain("mean", means, history, month)


def _plain(name: str, means: dict[str, list[float]], history: Sequence[str], month: str) -> Expected:
    return Expected(
        name, month, tuple(history), means, {type_: [inf] * len(each) for type_, each in means.items()}, 0.0
    )


def gamma_poisson(demand: Demand, history: Sequence[str], month: str) -> Expected:
    """The model. Raises `ValueError` for a history of fewer than `LEAST_YEARS`."""
    if len(history) < LEAST_YEARS:
        raise ValueError(f"a history of {len(history)} years, and {LEAST_YEARS} are needed")
    shares = _shares(demand, history)
    means, shapes = {}, {}
    for type_ in demand.types:
        seen = [sum(each) for each in _by_area(demand, type_, history)]
        prior = [max(sum(seen), _NEVER) * share for share in shares]
        shape = _shape(seen, prior)
        rates = [(shape + n) / (shape / at + 1) for n, at in zip(seen, prior, strict=True)]
        # Rates of the whole history become those of one year, which add up to the last one's count.
        level = max(demand.total(history[-1], type_), _NEVER) / sum(rates)
        means[type_] = [rate * level for rate in rates]
        shapes[type_] = [shape + n for n in seen]
    return Expected("gamma-Poisson", month, tuple(history), means, shapes, _drift(demand, history, month))


def _by_area(demand: Demand, type_: str, history: Sequence[str]) -> list[tuple[int, ...]]:
    return list(zip(*(demand.counts[type_][month] for month in history), strict=True))


def _shares(demand: Demand, history: Sequence[str]) -> list[float]:
    """What share of everything each area has."""
    totals = [0.0] * len(demand.areas)
    for type_ in demand.types:
        for area, each in enumerate(_by_area(demand, type_, history)):
            totals[area] += sum(each)
    total = sum(totals) + _PSEUDO * len(totals)
    return [(each + _PSEUDO) / total for each in totals]


def _shape(seen: Sequence[int], prior: Sequence[float]) -> float:
    """The shape of the gamma distribution around `prior`, by moments: the more rates vary, the smaller."""
    extra = sum((n - at) ** 2 - at for n, at in zip(seen, prior, strict=True))
    squares = sum(at * at for at in prior)
    return min(squares / extra, _LARGEST) if extra > 0 and squares > 0 else _LARGEST


def _drift(demand: Demand, history: Sequence[str], month: str) -> float:
    """The root mean square of the types' yearly changes, in logarithms, over the years up to `month`."""
    changes = []
    for before, after in pairwise(history):
        years = int(after[:4]) - int(before[:4])
        for type_ in demand.types:
            change = log((demand.total(after, type_) + 0.5) / (demand.total(before, type_) + 0.5))
            changes.append(change**2 / years)
    ahead = int(month[:4]) - int(history[-1][:4])
    return sqrt(sum(changes) / len(changes) * ahead) if changes else 0.0
