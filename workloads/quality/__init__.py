"""Executes data contracts: compiles each quality rule and SLA of a contract to DuckDB SQL and evaluates it.

`execute` runs the contracts of a register on local copies of the data. A check passes, fails or is not run; a check
that is not run never counts as a pass. `History` stores the results of each run.
"""

from bluelamp.workloads.quality.checks import Check, Dimension, Threshold, checks_of
from bluelamp.workloads.quality.execute import execute
from bluelamp.workloads.quality.history import History
from bluelamp.workloads.quality.results import AssetResult, MonthCount, Outcome, QualityRun, Result
from bluelamp.workloads.quality.sources import SourceTable, load, open_database

__all__ = [
    "AssetResult",
    "Check",
    "Dimension",
    "History",
    "MonthCount",
    "Outcome",
    "QualityRun",
    "Result",
    "SourceTable",
    "Threshold",
    "checks_of",
    "execute",
    "load",
    "open_database",
]
