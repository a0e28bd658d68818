"""The custom resource kinds of the add-ons of a force's clusters: Cluster API, Gateway API, cert-manager and others.

`data/addons.json.gz` contains their published definitions, without descriptions and deprecated versions; the tests'
`gomod/crds` pins the releases. The embedded cluster serves them as if the add-ons were installed.
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
    """The add-on's kind; None if no add-on serves it in this API version."""
    found = served().get(api_version, {}).get(name)
    if found is None:
        return None
    return Kind(
        api_version, name, found["plural"], found["namespaced"], found["schema"], custom=True, has_rules=found["ruled"]
    )
