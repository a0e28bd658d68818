"""Prediction intervals of the negative binomial distribution, by recurrence."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, floor, inf, lgamma, log, log1p, sqrt
from typing import Final

_POISSON: Final = 1e9
"""The size from which the distribution is practically Poisson."""
_TAIL: Final = 12
"""The number of standard deviations below the mean that leaves less than 1e-30 of the probability."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A central prediction interval, with both ends included.

    `mass` is its probability: at least `level`, and more for small counts, as they are integers.
    """

    level: float
    low: int
    high: int
    mass: float

    def __contains__(self, count: int) -> bool:
        return self.low <= count <= self.high


def intervals(mean: float, size: float, levels: Sequence[float]) -> tuple[Interval, ...]:
    """The central intervals of a count with this mean and variance `mean + mean² / size`, one for each of `levels`.

    With an infinite `size`, the distribution is Poisson. Raises `ValueError` for a mean that is negative or not finite,
    a size that is not positive, or a level that is not between 0 and 1.
    """
    if not 0 <= mean < inf or not size > 0 or not all(0 < each < 1 for each in levels):
        raise ValueError(f"no distribution of counts has mean {mean} and size {size}, at {list(levels)}")
    if mean == 0:
        return tuple(Interval(each, 0, 0, 1.0) for each in levels)
    size = min(size, _POISSON)
    ends = sorted({bound for each in levels for bound in ((1 - each) / 2, (1 + each) / 2)})
    found: dict[float, tuple[int, float, float]] = {}
    count = max(0, floor(mean - _TAIL * sqrt(mean + mean * mean / size)))
    probability = exp(_log_probability(count, mean, size))
    total, ratio = 0.0, mean / (mean + size)
    for end in ends:
        while total + probability < end and (probability > 0 or count < mean):
            total += probability
            count += 1
            probability *= (mean if size >= _POISSON else (count - 1 + size) * ratio) / count
        found[end] = (count, total, total + probability)
    made = []
    for level in levels:
        low, below, _ = found[(1 - level) / 2]
        high, _, up_to = found[(1 + level) / 2]
        made.append(Interval(level, low, high, min(1.0, up_to - below)))
    return tuple(made)


def _log_probability(count: int, mean: float, size: float) -> float:
    if size >= _POISSON:
        return count * log(mean) - mean - lgamma(count + 1)
    choose = lgamma(count + size) - lgamma(size) - lgamma(count + 1) if count else 0.0
    return choose - size * log1p(mean / size) + (count * log(mean / (mean + size)) if count else 0.0)
