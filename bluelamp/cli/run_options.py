"""Options that preview, up, destroy and drift share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bluelamp.core.patience import SHORT
from bluelamp.engine.operation import Target
from bluelamp.fleet.deploy import Gate, OnStep, Result

if TYPE_CHECKING:
    from bluelamp.cli.drifting import Drifting
    from bluelamp.cli.saving import Save
    from bluelamp.comparison.model import Comparison
    from bluelamp.fleet.saved import Opened, Saving
    from bluelamp.plans import Plans
    from bluelamp.reports.previous_report import PreviousReport

Work = Callable[[Target, OnStep, Gate], Result]
CHANGING = ("up", "destroy")
"""The verbs that change stacks."""


@dataclass(frozen=True)
class RunOptions:
    """The options of a run."""

    rehearse: bool = False
    jobs: int | None = None
    arm_types: Path | None = None
    kubeconfig: Path | None = None
    report: Path | None = None
    needs_settings: bool = True
    block_unknown: bool = False
    details: bool = False
    previous: "PreviousReport | None" = None
    """The earlier report: its findings are known and fail no run."""
    plans: "Plans | None" = None
    """The cached plans that a report reuses."""
    base: "Comparison | None" = None
    """The comparison with a base, from which reports mark new findings."""
    results: list[Result] = field(default_factory=list)
    """Called with the result of each force on completion."""
    seen: Mapping[str, Result] = field(default_factory=dict)
    """By force, the preview shown before confirmation."""
    named: bool = True
    """Whether the forces are named individually, so that `stacks/waves.yaml` does not apply."""
    resume: bool = False
    wait: float = SHORT
    """Seconds to wait for a force that another command is changing."""
    drifting: "Drifting | None" = None
    repair: bool = False
    """Whether drift may be repaired, which changes stacks."""
    save: "Save | None" = None
    saving: "Saving | None" = None
    """The folder of the engine's plans until they are signed."""
    plan: "Opened | None" = None
    scheduler: str | None = None
    """The Dask scheduler whose workers do the work."""
    job: Callable[[str], Any] | None = None
    """With a scheduler: the job of a worker for a force."""
