"""Applies the saved plan of one force, once its state and its file are those of the signed manifest."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from bluelamp.errors import Status
from bluelamp.fleet import deploy
from bluelamp.fleet.deploy import OnStep, Result
from bluelamp.fleet.saved import Opened, copy_plan

if TYPE_CHECKING:
    from bluelamp.engine.operation import Target


def apply_saved(
    opened: Opened, target: "Target", on_step: OnStep, work: Path, confirm: Callable[[str], bool]
) -> Result:
    """Applies the target's saved plan if `confirm` answers the question with yes; `work` is a temporary folder.

    Raises `UsageError` if the file is not the signed plan.
    """
    plan = copy_plan(opened, target.stack, work)
    counts = opened.manifest.forces[target.stack].changes
    planned = Result(target.stack, "preview", Status.DONE, counts=dict(counts))
    what = ", ".join(f"{count} to {op}" for op, count in sorted(counts.items())) or "no changes"
    question = f"Apply the plan of {opened.manifest.written} to {target.stack} ({what})?"
    return deploy.apply(target, on_step, plan, agree=lambda _: confirm(question), planned=planned)
