"""`make golden`: records the forces' current resources, which later changes must not replace. Only for a release."""

import sys

from tests.golden.graph import FORCES, graph, plan, write

for name, slug in FORCES.items():
    path = write(name, graph(plan(slug)))
    sys.stdout.write(f"wrote {path}\n")
