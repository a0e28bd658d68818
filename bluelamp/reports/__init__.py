"""Reports: one findings model, and views of it for people and for machines.

    report = assess_plan("essex", plan, root)
    print(report.answer)
    write([report], Path("report"))

`subject` makes resources of a plan or a state, `findings` judges them, `coverage` relates the findings to controls,
`terminal` and `html` show them, `write` keeps them. Importing this loads neither Jinja nor Rich.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bluelamp.reports.findings import Answer, Finding, Report, Source, assess
from bluelamp.reports.subject import from_plan, from_state
from bluelamp.reports.write import write

if TYPE_CHECKING:
    from bluelamp.planning import Plan

__all__ = [
    "Answer",
    "Finding",
    "Report",
    "Source",
    "assess",
    "assess_plan",
    "assess_state",
    "from_plan",
    "from_state",
    "write",
]


def assess_plan(force: str, plan: "Plan", root: Path, *, started: datetime | None = None) -> Report:
    """The findings over an offline plan of the force at the project `root`; `started` is when planning began."""
    return assess(force, from_plan(plan), Source.PLAN, root=root, name=_name(force, root), started=started)


def assess_state(force: str, state: Mapping[str, Any], root: Path, *, started: datetime | None = None) -> Report:
    """The findings over an exported state; `started` is when it began to be read. Raises `UsageError` for no state."""
    return assess(force, from_state(state), Source.STATE, root=root, name=_name(force, root), started=started)


def _name(force: str, root: Path) -> str:
    """What the force calls itself in the register; its id where the register does not have it."""
    from infra.problems import SettingsError
    from infra.register import read_register

    try:
        return read_register(root).entry(force).name
    except SettingsError:
        return force
