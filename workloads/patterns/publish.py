"""Writes the results of a run: the evidence always, the forecast only if the model is usable.

Files:

- `forecast/`: `demand.parquet` (`geography`, `area`, `name`, `district`, `type`, `month`, `expected` and the ends of
  the intervals) and `forecast.json`; replaced as a whole. If the model is not usable, the last forecast is kept.
- `evaluation.json`: rows counted, backtests, groups, totals, breaks.
- `model-card.json`: the model card.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from math import isfinite
from pathlib import Path, PurePosixPath
from typing import Any, Final

from bluelamp.core.files import replace
from bluelamp.core.folders import Owned, replace_folder
from bluelamp.workloads.patterns.card import card
from bluelamp.workloads.patterns.model import LEVELS, Expected
from bluelamp.workloads.patterns.run import ALL, Patterns, Result

FORECAST: Final = "forecast"
DEMAND: Final = "demand.parquet"
SUMMARY: Final = "forecast.json"
EVALUATION: Final = "evaluation.json"
CARD: Final = "model-card.json"


def publish(patterns: Patterns, folder: Path) -> bool:
    """Writes the results into `folder`; returns whether a forecast was published.

    Raises `OSError` if something cannot be written; the last forecast is then kept.
    """
    replace(folder / EVALUATION, _json(evaluation(patterns)))
    replace(folder / CARD, _json(card(patterns)))
    if not patterns.usable:
        return False

    def fill(work: Path) -> None:
        import pyarrow
        import pyarrow.parquet

        rows = [row for each in patterns.usable for row in _rows(each)]
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), work / DEMAND)
        summary = {
            "rows": len(rows),
            "force": patterns.force,
            "geographies": [_summary(each) for each in patterns.usable],
        }
        (work / SUMMARY).write_text(_json(summary), encoding="utf-8")

    ours = [PurePosixPath(DEMAND), PurePosixPath(SUMMARY)]
    replace_folder(folder / FORECAST, fill, lambda _: Owned(stale=ours, replaceable=ours), last=SUMMARY)
    return True


def _json(content: Any) -> str:
    return json.dumps(_finite(content), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _rows(result: Result) -> Iterator[dict[str, Any]]:
    demand, forecast = result.demand, result.forecast
    assert forecast is not None
    for type_ in demand.types:
        for number, area in enumerate(demand.areas):
            row = {
                "geography": demand.geography,
                "area": area,
                "name": demand.places[area].name,
                "district": demand.places[area].district,
                "type": type_,
                "month": forecast.month,
                "expected": forecast.means[type_][number],
            }
            for each in forecast.interval(type_, number):
                row |= {f"low_{each.level * 100:.0f}": each.low, f"high_{each.level * 100:.0f}": each.high}
            yield row


def _summary(result: Result) -> dict[str, Any]:
    forecast = result.forecast
    assert forecast is not None
    return {
        "geography": result.demand.geography,
        "areas": len(result.demand.areas),
        "month": forecast.month,
        "history": list(forecast.history),
        "verdict": result.backtest.verdict,
        "totals": list(totals(result, forecast)),
    }


def totals(result: Result, expected: Expected) -> Iterator[dict[str, Any]]:
    """The totals over areas with their intervals, for all types and for each type."""
    for name, types in ((ALL, result.demand.types), *((each, (each,)) for each in result.demand.types)):
        yield {
            "type": name,
            "expected": round(sum(expected.total(each) for each in types), 1),
            "intervals": [asdict(each) for each in expected.interval_of(types)],
        }


def evaluation(patterns: Patterns) -> dict[str, Any]:
    """The evidence, as JSON."""
    return {
        "force": patterns.force,
        "events": asdict(patterns.account),
        "levels": list(LEVELS),
        "geographies": [
            {
                "geography": each.demand.geography,
                "resolution": patterns.resolution if each.demand.geography == "h3" else None,
                "areas": len(each.demand.areas),
                "months": list(each.demand.months),
                "usable": each.backtest.usable,
                "verdict": each.backtest.verdict,
                "backtest": asdict(each.backtest),
                "tested": list(totals(each, each.tested)) if each.tested else [],
            }
            for each in patterns.results
        ],
        "breaks": [asdict(each) for each in patterns.anomalies],
    }


def _finite(content: Any) -> Any:
    """`content` with infinite numbers as null, as JSON has none."""
    if isinstance(content, dict):
        return {key: _finite(each) for key, each in content.items()}
    if isinstance(content, list | tuple):
        return [_finite(each) for each in content]
    return None if isinstance(content, float) and not isfinite(content) else content
