"""The backtest: the model predicts the newest month from earlier years, and must beat the baselines to be usable."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import log, sqrt
from typing import Final

from bluelamp.workloads.patterns.demand import Demand
from bluelamp.workloads.patterns.model import LEAST_YEARS, LEVELS, Expected, gamma_poisson, last_year, mean, same_months

FLOORS: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)
"""Lower limits for a baseline's predictions, as no count is impossible. Each baseline gets its best one."""
STANDARD_ERRORS: Final = 2
"""The minimum margin of the model in standard errors, to exclude chance."""
FIFTHS: Final = 5
_ENDS: Final = {1: ", the quietest", FIFTHS: ", the busiest"}


@dataclass(frozen=True, slots=True)
class Score:
    """The score of a prediction."""

    name: str
    deviance: float
    """The mean Poisson deviance of the cells, one per area and type; lower is better."""
    predicted: float
    """The sum."""
    floor: float = 0.0


@dataclass(frozen=True, slots=True)
class Coverage:
    """The coverage of an interval. It is expected to be above `level`, as counts are integers."""

    level: float
    expected: float
    observed: float


@dataclass(frozen=True, slots=True)
class Group:
    """The scores for a group of cells."""

    kind: str
    name: str
    cells: int
    observed: int
    predicted: float
    deviance: float
    baseline: float
    """The deviance of the best baseline."""
    covered: float
    """The share of cells inside the widest interval."""


@dataclass(frozen=True, slots=True)
class Backtest:
    """The result; `reason` is why nothing was tested, empty if it was."""

    month: str
    history: tuple[str, ...]
    cells: int
    observed: int
    model: Score | None
    baselines: tuple[Score, ...]
    margin: float
    """The best baseline's deviance less the model's."""
    standard_error: float
    """Of the margin, over the areas."""
    coverage: tuple[Coverage, ...]
    groups: tuple[Group, ...]
    reason: str = ""

    @property
    def best(self) -> Score | None:
        """The baseline to beat."""
        return min(self.baselines, key=lambda each: each.deviance, default=None)

    @property
    def usable(self) -> bool:
        """Whether the model beats the best baseline by more than chance; False without a test."""
        return self.model is not None and self.margin > STANDARD_ERRORS * self.standard_error

    @property
    def verdict(self) -> str:
        """`usable` or `not usable`, with the figures."""
        if self.reason:
            return f"not usable: {self.reason}"
        best, model = self.best, self.model
        assert best is not None
        assert model is not None
        if self.usable:
            return f"usable: deviance {model.deviance:.2f}, best baseline ({best.name}) {best.deviance:.2f}"
        much = "does not beat" if self.margin <= 0 else "does not beat beyond chance"
        return (
            f"not usable: deviance {model.deviance:.2f} {much} {best.deviance:.2f} of the best baseline ({best.name})"
        )


def backtest(
    demand: Demand, model: Callable[[Demand, Sequence[str], str], Expected] = gamma_poisson
) -> tuple[Backtest, Expected | None]:
    """Tests the model on the newest month with enough earlier years; also returns the prediction."""
    tested = next(
        (each for each in reversed(demand.months) if len(same_months(demand.months, each)) >= LEAST_YEARS), None
    )
    if tested is None:
        reason = f"no month has the same month of {LEAST_YEARS} earlier years; {len(demand.months)} months are known"
        return Backtest("", (), 0, 0, None, (), 0.0, 0.0, (), (), reason), None
    history = same_months(demand.months, tested)
    return _evaluate(demand, history, tested, model(demand, history, tested))


def _evaluate(demand: Demand, history: Sequence[str], tested: str, predicted: Expected) -> tuple[Backtest, Expected]:
    cells = list(_cells(demand, tested))
    observed = [count for _, _, count in cells]
    own = [deviance(count, predicted.means[type_][area]) for type_, area, count in cells]
    score = Score(predicted.name, sum(own) / len(own), predicted.total())
    baselines, losses = [], []
    for each in (last_year(demand, history, tested), mean(demand, history, tested)):
        baseline, loss = _with_best_floor(each, cells)
        baselines.append(baseline)
        losses.append(loss)
    best = min(range(len(baselines)), key=lambda number: baselines[number].deviance)
    gains = [theirs - ours for theirs, ours in zip(losses[best], own, strict=True)]
    inside = [predicted.interval(type_, area) for type_, area, _ in cells]
    coverage = []
    for number, level in enumerate(LEVELS):
        held = sum(count in each[number] for count, each in zip(observed, inside, strict=True))
        coverage.append(Coverage(level, sum(each[number].mass for each in inside) / len(cells), held / len(cells)))
    covered = [count in each[-1] for count, each in zip(observed, inside, strict=True)]
    groups = [
        _group(kind, name, numbers, cells, predicted, own, losses[best], covered)
        for kind, name, numbers in _groups(demand, history, cells)
    ]
    margin = sum(gains) / len(gains)
    found = Backtest(
        tested,
        tuple(history),
        len(cells),
        sum(observed),
        score,
        tuple(baselines),
        margin,
        _standard_error(cells, gains, len(demand.areas)),
        tuple(coverage),
        tuple(groups),
    )
    return found, predicted


Cell = tuple[str, int, int]


def _cells(demand: Demand, month: str) -> Iterator[Cell]:
    for type_ in demand.types:
        for area, count in enumerate(demand.counts[type_][month]):
            yield type_, area, count


def deviance(count: int, predicted: float) -> float:
    """The Poisson deviance of a count; infinite for a count above 0 with a prediction of 0."""
    if predicted <= 0:
        return 0.0 if count == 0 else float("inf")
    return 2 * ((count * log(count / predicted) if count else 0.0) - count + predicted)


def _with_best_floor(baseline: Expected, cells: Sequence[Cell]) -> tuple[Score, list[float]]:
    """The baseline's score with its best floor, and the deviance of each cell."""
    found = []
    for floor in FLOORS:
        loss = [deviance(count, max(baseline.means[type_][area], floor)) for type_, area, count in cells]
        found.append((sum(loss) / len(loss), floor, loss))
    least, floor, loss = min(found)
    return Score(baseline.name, least, baseline.total(), floor), loss


def _standard_error(cells: Sequence[Cell], gains: Sequence[float], areas: int) -> float:
    """The standard error of the mean gain, clustered by area, as types in an area are not independent.

    Infinite for a single area.
    """
    if areas < 2:
        return float("inf")
    by_area = [0.0] * areas
    for (_, area, _), gain in zip(cells, gains, strict=True):
        by_area[area] += gain
    centre = sum(by_area) / areas
    variance = sum((each - centre) ** 2 for each in by_area) / (areas - 1)
    return sqrt(variance / areas) * areas / len(cells)


def _groups(demand: Demand, history: Sequence[str], cells: Sequence[Cell]) -> Iterator[tuple[str, str, list[int]]]:
    """The cells by type, by district, and by quintile of the area's demand in the history."""
    busy = [
        sum(demand.counts[each][month][area] for each in demand.types for month in history)
        for area in range(len(demand.areas))
    ]
    order = {area: rank for rank, area in enumerate(sorted(range(len(busy)), key=lambda area: (busy[area], area)))}
    named: dict[tuple[str, str], list[int]] = {}
    for number, (type_, area, _) in enumerate(cells):
        fifth = order[area] * FIFTHS // len(busy) + 1
        district = demand.places[demand.areas[area]].district
        busyness = f"{fifth} of {FIFTHS}{_ENDS.get(fifth, '')}"
        for kind, name in (("type", type_), ("district", district), ("fifth", busyness)):
            named.setdefault((kind, name), []).append(number)
    for (kind, name), numbers in sorted(named.items()):
        yield kind, name, numbers


def _group(
    kind: str,
    name: str,
    numbers: Iterable[int],
    cells: Sequence[Cell],
    predicted: Expected,
    own: Sequence[float],
    baseline: Sequence[float],
    covered: Sequence[bool],
) -> Group:
    chosen = list(numbers)
    return Group(
        kind,
        name,
        len(chosen),
        sum(cells[each][2] for each in chosen),
        sum(predicted.means[cells[each][0]][cells[each][1]] for each in chosen),
        sum(own[each] for each in chosen) / len(chosen),
        sum(baseline[each] for each in chosen) / len(chosen),
        sum(covered[each] for each in chosen) / len(chosen),
    )
