"""The resources that rules judge, read from a plan, a state, Kubernetes manifests or ARM templates.

    resources = from_plan(plan)
    resources = from_state(exported)
    resources, skipped, problems = manifests.reading.read(paths)

`skipped` has the resources and files that no rule judges. `budget` limits the work on untrusted files, `located` reads
JSON with positions.
"""

from bluelamp.resources.plan import from_plan
from bluelamp.resources.state import from_state

__all__ = ["from_plan", "from_state"]
