"""The kinds of the add-ons that a force's clusters have: Cluster API, Gateway API, cert-manager and so on.

`data/addons.json.gz` is what their published definitions say, without the prose and the deprecated versions; the tests'
`gomod/crds` pins which. A rehearsal knows them as a cluster does on which the add-ons are installed.
"""

import gzip
import json
from functools import cache
from importlib.resources import files
from typing import Any

from bluelamp.rehearsal.kubernetes.kinds import Kind


@cache
def served() -> dict[str, dict[str, Any]]:
    """API version -> kind -> its `plural`, whether it is `namespaced`, and its `schema`."""
    packed = (files("bluelamp.rehearsal.kubernetes") / "data" / "addons.json.gz").read_bytes()
    found: dict[str, dict[str, Any]] = json.loads(gzip.decompress(packed))
    return found


@cache
def addon(api_version: str, name: str) -> Kind | None:
    """The add-on's kind, or None where no add-on serves it in this API version."""
    found = served().get(api_version, {}).get(name)
    if found is None:
        return None
    return Kind(
        api_version, name, found["plural"], found["namespaced"], found["schema"], custom=True, ruled=found["ruled"]
    )
