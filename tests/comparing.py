"""Which forces a comparison with a revision plans, without planning them."""

from pathlib import Path

from bluelamp.cli.select import with_stacks
from bluelamp.comparison.base import base_of, extracted
from bluelamp.plans.inputs import inputs


def differing(root: Path, reference: str) -> list[str]:
    """The forces that `--changed` plans because they may differ from a revision; those whose plan differs are among
    them.
    """
    base = base_of(root, reference)
    with extracted(root, base.commit) as (folder, _):
        then, now = inputs(folder), inputs(root)
        return [force for force in with_stacks(root) if then.key(force) != now.key(force)]
