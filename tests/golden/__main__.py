"""`make golden`: keeps what the forces hold now as what the next change has to leave alone. Only for a release."""

import sys

from tests.golden.graph import FORCES, graph, plan, write

for name, slug in FORCES.items():
    path = write(name, graph(plan(slug)))
    sys.stdout.write(f"wrote {path}\n")
