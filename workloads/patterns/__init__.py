"""Patterns in demand: forecasts by area and type from the published single view, breaks in series, a model card.

A forecast is published only if the model beats the best naive baseline on a month that it was not trained on. Needs the
`data` extra. `python -m bluelamp.workloads.patterns VIEW OUT` runs it where the data is.
"""

from bluelamp.workloads.patterns.anomalies import Break, Detected, detect
from bluelamp.workloads.patterns.backtest import Backtest, backtest
from bluelamp.workloads.patterns.card import card
from bluelamp.workloads.patterns.demand import Demand, count
from bluelamp.workloads.patterns.model import Expected, gamma_poisson
from bluelamp.workloads.patterns.publish import publish
from bluelamp.workloads.patterns.run import Patterns, Result, run

__all__ = [
    "Backtest",
    "Break",
    "Demand",
    "Detected",
    "Expected",
    "Patterns",
    "Result",
    "backtest",
    "card",
    "count",
    "detect",
    "gamma_poisson",
    "publish",
    "run",
]
