"""How a verb of the engine was asked to work: what preview, up, destroy and drift share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bluelamp.core.patience import SHORT
from bluelamp.engine.operation import Target
from bluelamp.fleet.deploy import Gate, Hear, Result

if TYPE_CHECKING:
    from bluelamp.cli.drifting import Drifting
    from bluelamp.cli.saving import Save
    from bluelamp.comparison.model import Comparison
    from bluelamp.fleet.saved import Opened
    from bluelamp.plans import Plans
    from bluelamp.reports.earlier import Earlier

Work = Callable[[Target, Hear, Gate], Result]
CHANGING = ("up", "destroy")
"""The verbs that change stacks."""


@dataclass(frozen=True)
class How:
    """How a verb was asked to work."""

    rehearse: bool = False
    jobs: int | None = None
    arm_types: Path | None = None
    kubeconfig: Path | None = None
    report: Path | None = None
    needs_settings: bool = True
    block_unknown: bool = False
    details: bool = False
    earlier: "Earlier | None" = None
    """The report whose findings are known and fail nothing."""
    plans: "Plans | None" = None
    """The kept plans that a report reuses."""
    base: "Comparison | None" = None
    """What the working files change against a base; reports then say which findings are new."""
    results: list[Result] = field(default_factory=list)
    """Takes the result of each force as it comes."""
    seen: Mapping[str, Result] = field(default_factory=dict)
    """By force, the preview that was shown before a change was confirmed."""
    named: bool = True
    """Whether the forces were named one by one, so that `stacks/waves.yaml` does not order them."""
    resume: bool = False
    wait: float = SHORT
    """Seconds to wait for a force that another command is changing."""
    drifting: "Drifting | None" = None
    repair: bool = False
    """Whether a drift may be repaired, which changes stacks."""
    save: "Save | None" = None
    plan: "Opened | None" = None
    scheduler: str | None = None
    """The Dask scheduler whose workers do the work."""
    job: Callable[[str], Any] | None = None
    """With a scheduler: what a worker is given for a force."""
